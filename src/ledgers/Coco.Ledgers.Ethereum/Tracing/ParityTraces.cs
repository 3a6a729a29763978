using Coco.Evm;
using Coco.Evm.Tracing;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>Where a trace's transaction stands; null where it is in no block.</summary>
internal sealed record TracePlace(Hash256 BlockHash, ulong BlockNumber, Hash256 TransactionHash, int Position);

/// <summary>One trace of the flat list, with the way to it from the transaction's own call.</summary>
internal readonly record struct FlatTrace(TracedCall Call, int[] Address, int Subtraces);

/// <summary>The flat traces of Parity, as Erigon, Nethermind, Reth and Besu give them (the trace_ namespace), and geth's flatCallTracer.</summary>
internal static class ParityTraces
{
    /// <summary>Precompiled contracts that get no value are left out, but for the transaction's own call.</summary>
    public static List<FlatTrace> Flatten(TracedCall root, bool hasPrecompiles = false)
    {
        var traces = new List<FlatTrace>();
        Flatten(root, [], hasPrecompiles, traces);
        return traces;
    }

    /// <param name="usesParityErrors">False: geth's words.</param>
    /// <param name="top">Gas limit and gas used of the transaction, to be shown of its own call; null: what the call had and used.</param>
    public static void Write(
        ByteWriter json, in FlatTrace trace, TracePlace? place, bool usesParityErrors = true, (ulong Gas, ulong GasUsed)? top = null)
    {
        TracedCall call = trace.Call;
        bool isTop = trace.Address.Length == 0 && top is not null;
        json.WriteByte((byte)'{');
        json.Name("action"u8);
        WriteAction(json, call, isTop ? top!.Value.Gas : (ulong)call.Gas);
        if (place is not null)
        {
            json.Field("blockHash"u8, place.BlockHash);
            json.Name("blockNumber"u8);
            json.Number((long)place.BlockNumber);
        }
        if (call.Error != EvmError.None)
        {
            json.Name("error"u8);
            json.Text(usesParityErrors ? ErrorOf(call) : GethErrors.Of(call.Error, call.Failed));
        }
        // Of what failed only a revert has a result.
        if (call.Kind == CallKind.SelfDestruct) json.Null("result"u8);
        else if (call.Error is EvmError.None or EvmError.Reverted) WriteResult(json, call, isTop ? top!.Value.GasUsed : (ulong)call.GasUsed);
        json.Name("subtraces"u8);
        json.Number(trace.Subtraces);
        WriteAddress(json, trace.Address);
        if (place is not null)
        {
            json.Field("transactionHash"u8, place.TransactionHash);
            json.Name("transactionPosition"u8);
            json.Number(place.Position);
        }
        json.Name("type"u8);
        json.Text(call.IsCreate ? "create" : call.Kind == CallKind.SelfDestruct ? "suicide" : "call");
        json.WriteByte((byte)'}');
    }

    /// <summary>Parity's words.</summary>
    private static string ErrorOf(TracedCall call) => call.Error switch
    {
        EvmError.OutOfGas or EvmError.DepositOutOfGas or EvmError.CodeTooLarge or EvmError.InitCodeTooLarge => "Out of gas",
        EvmError.Reverted => "Reverted",
        EvmError.InvalidJump => "Bad jump destination",
        EvmError.InvalidOpcode => "Bad instruction",
        EvmError.StackUnderflow => "Stack underflow",
        EvmError.StackOverflow => "Out of stack",
        EvmError.ReturnDataOutOfBounds => "Out of bounds",
        EvmError.StaticViolation => "Mutable Call In Static Context",
        EvmError.PrecompileFailed => "Built-in failed",
        _ => GethErrors.Of(call.Error, call.Failed),
    };

    private static void Flatten(TracedCall call, int[] address, bool hasPrecompiles, List<FlatTrace> traces)
    {
        int place = traces.Count;
        traces.Add(default);
        int count = 0;
        foreach (TracedCall inner in call.Calls)
        {
            if (inner.IsPrecompile && inner.Value.IsZero && !hasPrecompiles) continue;
            Flatten(inner, [.. address, count++], hasPrecompiles, traces);
        }
        traces[place] = new FlatTrace(call, address, count);
    }

    private static void WriteAction(ByteWriter json, TracedCall call, ulong gas)
    {
        json.WriteByte((byte)'{');
        if (call.Kind == CallKind.SelfDestruct)
        {
            json.Field("address"u8, (Address?)call.From);
            json.Field("balance"u8, call.Value);
            json.Field("refundAddress"u8, (Address?)call.To);
            json.WriteByte((byte)'}');
            return;
        }
        if (!call.IsCreate)
        {
            json.Name("callType"u8);
            json.Text(CallTracer.NameOf(call.Kind).ToLowerInvariant());
        }
        else
        {
            json.Name("creationMethod"u8);
            json.Text(CallTracer.NameOf(call.Kind).ToLowerInvariant());
        }
        json.Field("from"u8, (Address?)call.From);
        json.Field("gas"u8, gas);
        json.Data(call.IsCreate ? "init"u8 : "input"u8, call.Input);
        if (!call.IsCreate) json.Field("to"u8, (Address?)call.To);
        json.Field("value"u8, call.Value);
        json.WriteByte((byte)'}');
    }

    private static void WriteResult(ByteWriter json, TracedCall call, ulong gasUsed)
    {
        json.Name("result"u8);
        json.WriteByte((byte)'{');
        if (call.IsCreate && call.Error == EvmError.None)
        {
            json.Field("address"u8, (Address?)call.To);
            json.Data("code"u8, call.Output);
        }
        json.Field("gasUsed"u8, gasUsed);
        if (!call.IsCreate || call.Error != EvmError.None) json.Data("output"u8, call.Output);
        json.WriteByte((byte)'}');
    }

    private static void WriteAddress(ByteWriter json, int[] address)
    {
        json.Name("traceAddress"u8);
        json.WriteByte((byte)'[');
        foreach (int step in address)
        {
            json.Separate();
            json.Number(step);
        }
        json.WriteByte((byte)']');
    }
}

/// <summary>geth's flatCallTracer.</summary>
internal sealed class FlatCallTracer(TraceBudget budget, bool usesParityErrors, bool hasPrecompiles) : CallTreeTracer(new CallTree(budget))
{
    private TracedTransaction? _transaction;

    public override void Begin(TracedTransaction transaction)
    {
        base.Begin(transaction);
        _transaction = transaction;
    }

    public override void Write(ByteWriter json)
    {
        json.WriteByte((byte)'[');
        foreach (FlatTrace trace in ParityTraces.Flatten(Tree.Root!, hasPrecompiles))
        {
            json.Separate();
            ParityTraces.Write(json, trace, _transaction!.Place, usesParityErrors, (Tree.GasLimit, (ulong)Tree.GasUsed));
        }
        json.WriteByte((byte)']');
    }
}
