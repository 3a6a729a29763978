using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What waits on this VN: all on the leader, on others what they took themselves.</summary>
internal static class PoolMethods
{
    private delegate void EntryWriter(ByteWriter json, AdmittedEthereumTransaction transaction);

    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("txpool_status", Status);
        table.Add("txpool_content", static call => Content(call, static (json, t) => json.Transaction(t.Transaction, t.Sender)));
        table.Add("txpool_inspect", static call => Content(call, WriteInspected));
        table.Add("txpool_contentFrom", ContentFrom);
    }

    private static ValueTask<List<(AdmittedEthereumTransaction Transaction, bool IsPending)>> AskAsync(RpcCall call) =>
        call.Node.Services.Submitter.QueryPoolAsync(static pool => ((EthereumPool)pool).Contents().ToList(), call.Cancellation);

    private static bool IsVisible(RpcCall call, AdmittedEthereumTransaction transaction) =>
        call.May(AccessVerb.Read, "transaction", transaction.Id.Span);

    private static async ValueTask<RpcError?> Status(RpcCall call)
    {
        if (call.Params().End() is { } error) return error;
        List<(AdmittedEthereumTransaction Transaction, bool IsPending)> waiting = await AskAsync(call);
        int pending = waiting.Count(static entry => entry.IsPending);
        call.Result.WriteByte((byte)'{');
        call.Result.Field("pending"u8, (ulong)pending);
        call.Result.Field("queued"u8, (ulong)(waiting.Count - pending));
        call.Result.WriteByte((byte)'}');
        return null;
    }

    private static async ValueTask<RpcError?> Content(RpcCall call, EntryWriter write)
    {
        if (call.Params().End() is { } error) return error;
        List<(AdmittedEthereumTransaction Transaction, bool IsPending)> waiting = await AskAsync(call);
        ByteWriter json = call.Result;
        json.WriteByte((byte)'{');
        foreach (bool isPending in (bool[])[true, false])
        {
            if (isPending) json.Name("pending"u8);
            else json.Name("queued"u8);
            json.WriteByte((byte)'{');
            Address? sender = null;
            foreach ((AdmittedEthereumTransaction transaction, bool entryIsPending) in waiting)
            {
                if (entryIsPending != isPending || !IsVisible(call, transaction)) continue;
                if (sender != transaction.Sender)
                {
                    if (sender is not null) json.WriteByte((byte)'}');
                    json.Separate();
                    json.Text(Checksums.Of(transaction.Sender));
                    json.Raw(":{"u8);
                    sender = transaction.Sender;
                }
                WriteEntry(json, transaction, write);
            }
            if (sender is not null) json.WriteByte((byte)'}');
            json.WriteByte((byte)'}');
        }
        json.WriteByte((byte)'}');
        return null;
    }

    private static ValueTask<RpcError?> ContentFrom(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Address sender = parameters.Address();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : ContentFromAsync(call, sender);
    }

    private static async ValueTask<RpcError?> ContentFromAsync(RpcCall call, Address sender)
    {
        List<(AdmittedEthereumTransaction Transaction, bool IsPending)> waiting = await AskAsync(call);
        ByteWriter json = call.Result;
        json.WriteByte((byte)'{');
        foreach (bool isPending in (bool[])[true, false])
        {
            if (isPending) json.Name("pending"u8);
            else json.Name("queued"u8);
            json.WriteByte((byte)'{');
            foreach ((AdmittedEthereumTransaction transaction, bool entryIsPending) in waiting)
                if (entryIsPending == isPending && transaction.Sender == sender && IsVisible(call, transaction))
                    WriteEntry(json, transaction, static (json, t) => json.Transaction(t.Transaction, t.Sender));
            json.WriteByte((byte)'}');
        }
        json.WriteByte((byte)'}');
        return null;
    }

    /// <summary>By nonce, in decimal.</summary>
    private static void WriteEntry(ByteWriter json, AdmittedEthereumTransaction transaction, EntryWriter write)
    {
        json.Separate();
        json.WriteByte((byte)'"');
        json.Number((long)transaction.Transaction.Nonce);
        json.Raw("\":"u8);
        write(json, transaction);
    }

    private static void WriteInspected(ByteWriter json, AdmittedEthereumTransaction admitted)
    {
        EthereumTransaction t = admitted.Transaction;
        string target = t.To is { } to ? Checksums.Of(to) : "contract creation";
        json.Text($"{target}: {t.Value.ToBigInteger()} wei + {t.GasLimit} gas × {t.MaxFeePerGas.ToBigInteger()} wei");
    }
}
