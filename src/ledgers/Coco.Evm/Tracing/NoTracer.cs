using Coco.Evm.State;

namespace Coco.Evm.Tracing;

/// <summary>Sees nothing and costs nothing.</summary>
public readonly struct NoTracer : ITracer
{
    public static bool TracesSteps => false;
    public static bool TracesCalls => false;

    public void Step(in StepView step) { }
    public void StepDone(long gasCost, EvmError error) { }
    public void Enter(in CallView call) { }
    public void Exit(in ExitView exit) { }
    public void Log(in EvmLog log) { }
}
