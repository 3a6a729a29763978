using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>Tells a tracer all: the interpreter is compiled for this struct once, whatever tracers there are.</summary>
internal readonly struct StepRelay(TransactionTracer tracer, TraceBudget budget) : ITracer
{
    public static bool TracesSteps => true;
    public static bool TracesCalls => true;

    public void Step(in StepView step)
    {
        budget.Tick();
        tracer.Step(step);
    }

    public void StepDone(long gasCost, EvmError error) => tracer.StepDone(gasCost, error);
    public void Enter(in CallView call) => tracer.Enter(call);
    public void Exit(in ExitView exit) => tracer.Exit(exit);
    public void Log(in EvmLog log) => tracer.Log(log);
}

/// <summary>Tells a tracer of calls and logs only.</summary>
internal readonly struct CallRelay(TransactionTracer tracer, TraceBudget budget) : ITracer
{
    public static bool TracesSteps => false;
    public static bool TracesCalls => true;

    public void Step(in StepView step)
    {
    }

    public void StepDone(long gasCost, EvmError error)
    {
    }

    public void Enter(in CallView call)
    {
        budget.Tick();
        tracer.Enter(call);
    }

    public void Exit(in ExitView exit) => tracer.Exit(exit);
    public void Log(in EvmLog log) => tracer.Log(log);
}
