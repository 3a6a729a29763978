using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>What trace_replay* and trace_call answer: the output, and as asked for traces and the difference of states.</summary>
internal sealed class ParityTracer(ParityKinds kinds, TraceBudget budget) : TransactionTracer
{
    private readonly CallTree _tree = new(budget);
    private readonly StateDiff? _difference = kinds.HasStateDiff ? new StateDiff(budget) : null;

    public override bool WantsSteps => _difference is not null;

    public List<FlatTrace> Traces() => ParityTraces.Flatten(_tree.Root!);

    public override void Begin(TracedTransaction transaction)
    {
        _tree.Begin(transaction);
        _difference?.Begin(transaction);
    }

    public override void Step(in StepView step) => _difference?.Step(step);
    public override void StepDone(long gasCost, EvmError error) => _difference?.StepDone(gasCost, error);
    public override void Enter(in CallView call) => _tree.Enter(call);
    public override void Exit(in ExitView exit) => _tree.Exit(exit);

    public override void End(in TransactionResult result)
    {
        _tree.End(result);
        _difference?.End(result);
    }

    public override void Write(ByteWriter json) => Write(json, null);

    public void Write(ByteWriter json, Hash256? transactionHash)
    {
        json.WriteByte((byte)'{');
        json.Data("output"u8, _tree.Root!.Output);
        json.Name("stateDiff"u8);
        if (_difference is not null) _difference.Write(json);
        else json.Null();
        json.Name("trace"u8);
        json.WriteByte((byte)'[');
        if (kinds.HasTrace)
        {
            foreach (FlatTrace trace in Traces())
            {
                json.Separate();
                ParityTraces.Write(json, trace, null);
            }
        }
        json.WriteByte((byte)']');
        if (transactionHash is { } hash) json.Field("transactionHash"u8, hash);
        json.Null("vmTrace"u8);
        json.WriteByte((byte)'}');
    }
}
