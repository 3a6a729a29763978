using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>A tracer that needs the tree of calls and nothing else.</summary>
internal abstract class CallTreeTracer(CallTree tree) : TransactionTracer
{
    protected CallTree Tree { get; } = tree;

    public override void Begin(TracedTransaction transaction) => Tree.Begin(transaction);
    public override void Enter(in CallView call) => Tree.Enter(call);
    public override void Exit(in ExitView exit) => Tree.Exit(exit);
    public override void Log(in EvmLog log) => Tree.Log(log);
    public override void End(in TransactionResult result) => Tree.End(result);
}

/// <summary>geth's callTracer.</summary>
internal sealed class CallTracer(TraceBudget budget, bool hasLogs, bool isOnlyTop)
    : CallTreeTracer(new CallTree(budget, hasLogs, isOnlyTop))
{
    public override void Write(ByteWriter json)
    {
        if (Tree.Root is { } root) Write(json, root, isTop: true);
        else json.Null();
    }

    private void Write(ByteWriter json, TracedCall call, bool isTop)
    {
        bool hasFailed = call.Error != EvmError.None;
        json.WriteByte((byte)'{');
        json.Field("from"u8, (Address?)call.From);
        json.Field("gas"u8, isTop ? Tree.GasLimit : (ulong)call.Gas);
        json.Field("gasUsed"u8, (ulong)(isTop ? Tree.GasUsed : call.GasUsed));
        if (!hasFailed || !call.IsCreate) json.Field("to"u8, (Address?)call.To);
        json.Data("input"u8, call.Input);
        if (call.Output.Length > 0) json.Data("output"u8, call.Output);
        if (hasFailed)
        {
            json.Name("error"u8);
            json.Text(GethErrors.Of(call.Error, call.Failed));
        }
        if (call.Error == EvmError.Reverted && CallErrors.ReasonOf(call.Output) is { } reason)
        {
            json.Name("revertReason"u8);
            json.Text(reason);
        }
        if (call.Calls.Count > 0) WriteCalls(json, call);
        if (call.Logs.Count > 0) WriteLogs(json, call);
        if (call.Kind != CallKind.StaticCall) json.Field("value"u8, call.Value);
        json.Name("type"u8);
        json.Text(NameOf(call.Kind));
        json.WriteByte((byte)'}');
    }

    private void WriteCalls(ByteWriter json, TracedCall call)
    {
        json.Name("calls"u8);
        json.WriteByte((byte)'[');
        foreach (TracedCall inner in call.Calls)
        {
            json.Separate();
            Write(json, inner, isTop: false);
        }
        json.WriteByte((byte)']');
    }

    private static void WriteLogs(ByteWriter json, TracedCall call)
    {
        json.Name("logs"u8);
        json.WriteByte((byte)'[');
        foreach (TracedLog log in call.Logs)
        {
            json.Separate();
            json.WriteByte((byte)'{');
            json.Field("address"u8, (Address?)log.Log.Address);
            json.Name("topics"u8);
            json.WriteByte((byte)'[');
            foreach (Hash256 topic in log.Log.Topics)
            {
                json.Separate();
                json.Data(topic.Span);
            }
            json.WriteByte((byte)']');
            json.Data("data"u8, log.Log.Data.Span);
            json.Field("index"u8, (ulong)log.Index);
            json.Field("position"u8, (ulong)log.Position);
            json.WriteByte((byte)'}');
        }
        json.WriteByte((byte)']');
    }

    public static string NameOf(CallKind kind) => kind switch
    {
        CallKind.Call => "CALL",
        CallKind.CallCode => "CALLCODE",
        CallKind.DelegateCall => "DELEGATECALL",
        CallKind.StaticCall => "STATICCALL",
        CallKind.Create => "CREATE",
        CallKind.Create2 => "CREATE2",
        _ => "SELFDESTRUCT",
    };
}
