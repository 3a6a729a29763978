using Coco.Evm.State;

namespace Coco.Evm.Tracing;

/// <summary>
/// Watches a run. Implemented by structs, so that the interpreter is compiled once for each tracer and untraced runs pay
/// nothing. Law: a tracer changes nothing; views are valid during the call only.
/// </summary>
public interface ITracer
{
    static abstract bool TracesSteps { get; }
    static abstract bool TracesCalls { get; }

    /// <summary>Before an instruction, with nothing paid yet.</summary>
    void Step(in StepView step);

    /// <summary>The instruction of the last <see cref="Step"/> is done, or has opened its frame; the cost includes gas passed on.</summary>
    void StepDone(long gasCost, EvmError error);

    /// <summary>A frame begins: a call, a creation, a precompile, or a SELFDESTRUCT (which ends at once).</summary>
    void Enter(in CallView call);

    void Exit(in ExitView exit);

    void Log(in EvmLog log);
}
