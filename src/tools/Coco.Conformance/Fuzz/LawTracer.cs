using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Conformance.Fuzz;

/// <summary>Watches a run and remembers the first law that it breaks.</summary>
internal struct LawTracer : ITracer
{
    private const int MostDepth = 1_024;
    private const int MostStack = 1_024;

    public string? Broken { get; private set; }
    public long GasLimit { get; init; }
    public long Steps { get; private set; }

    public static bool TracesSteps => true;
    public static bool TracesCalls => true;

    public void Step(in StepView step)
    {
        Steps++;
        if (Broken is not null) return;
        if (step.Gas < 0 || step.Gas > GasLimit) Broken = $"gas {step.Gas} before {step.Opcode} at {step.Pc}";
        else if (step.Stack.Length > MostStack) Broken = $"{step.Stack.Length} words on the stack at {step.Pc}";
        else if (step.Memory.Length % UInt256.Size != 0) Broken = $"{step.Memory.Length} bytes of memory at {step.Pc}";
        else if (step.Depth > MostDepth) Broken = $"depth {step.Depth}";
    }

    public void StepDone(long gasCost, EvmError error)
    {
        if (gasCost < 0) Broken ??= $"an instruction cost {gasCost}";
    }

    public void Enter(in CallView call)
    {
        if (call.Gas < 0 || call.Gas > GasLimit + 2_300) Broken ??= $"a call with gas {call.Gas}";
    }

    public void Exit(in ExitView exit)
    {
        if (exit.GasUsed < 0) Broken ??= $"a frame used gas {exit.GasUsed}";
    }

    public readonly void Log(in EvmLog log) { }
}
