using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What accounts hold in the newest state.</summary>
internal static class StateMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_getBalance", GetBalance);
        table.Add("eth_getTransactionCount", GetTransactionCount);
        table.Add("eth_getCode", GetCode);
        table.Add("eth_getStorageAt", GetStorageAt);
        table.Add("eth_getStorageValues", GetStorageValues);
        table.Add("eth_getProof", GetProof);
    }

    private static ValueTask<RpcError?> Done(RpcError? error = null) => new(error);

    private static RpcError? Open(
        RpcCall call, RpcError? error, in Address address, BlockReference block, string kind, out ICommittedView view)
    {
        view = null!;
        if (error is not null) return error;
        return call.May(AccessVerb.Read, kind, address.Span) ? call.Node.OpenState(block, out view) : RpcError.Denied;
    }

    private static ValueTask<RpcError?> GetBalance(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Address address = parameters.Address();
        BlockReference block = parameters.BlockOrLatest();
        if (Open(call, parameters.End(), address, block, "account", out ICommittedView view) is { } error) return Done(error);
        using (view)
        {
            AccountRecord.TryGet(view, address, out AccountRecord account);
            call.Result.Quantity(account.Balance);
        }
        return Done();
    }

    private static ValueTask<RpcError?> GetTransactionCount(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Address address = parameters.Address();
        BlockReference block = parameters.BlockOrLatest();
        if (Open(call, parameters.End(), address, block, "account", out ICommittedView view) is { } error) return Done(error);
        ulong nonce;
        using (view)
        {
            AccountRecord.TryGet(view, address, out AccountRecord account);
            nonce = account.Nonce;
        }
        if (block.Tag == BlockTag.Pending) return GetPendingCountAsync(call, address, nonce);
        call.Result.Quantity(nonce);
        return Done();
    }

    private static async ValueTask<RpcError?> GetPendingCountAsync(RpcCall call, Address address, ulong nonce)
    {
        ulong? waiting = await call.Node.Services.Submitter.QueryPoolAsync(
            pool => ((EthereumPool)pool).NextNonce(address), call.Cancellation);
        call.Result.Quantity(Math.Max(nonce, waiting ?? 0));
        return null;
    }

    private static ValueTask<RpcError?> GetCode(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Address address = parameters.Address();
        BlockReference block = parameters.BlockOrLatest();
        if (Open(call, parameters.End(), address, block, "code", out ICommittedView view) is { } error) return Done(error);
        using (view)
        {
            bool exists = AccountRecord.TryGet(view, address, out AccountRecord account);
            call.Result.Data(exists ? StoreStateReader.GetCode(view, account.CodeHash).Span : default);
        }
        return Done();
    }

    private static ValueTask<RpcError?> GetStorageAt(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Address address = parameters.Address();
        UInt256 slot = parameters.Slot();
        BlockReference block = parameters.BlockOrLatest();
        if (Open(call, parameters.End(), address, block, "storage", out ICommittedView view) is { } error) return Done(error);
        using (view)
        {
            bool exists = AccountRecord.TryGet(view, address, out AccountRecord account) && account.Storage != 0;
            call.Result.Word(exists ? StoreStateReader.GetStorage(view, account.Storage, slot) : default);
        }
        return Done();
    }

    private static ValueTask<RpcError?> GetStorageValues(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        List<(Address Address, UInt256[] Slots)> requests = parameters.SlotsByAddress();
        BlockReference block = parameters.BlockOrLatest();
        if (parameters.End() is { } wrong) return Done(wrong);
        if (!requests.TrueForAll(request => call.May(AccessVerb.Read, "storage", request.Address.Span))) return Done(RpcError.Denied);
        if (call.Node.OpenState(block, out ICommittedView view) is { } error) return Done(error);
        using (view)
        {
            call.Result.WriteByte((byte)'{');
            foreach ((Address address, UInt256[] slots) in requests)
            {
                call.Result.Separate();
                call.Result.Data(address.Span);
                call.Result.Raw(":["u8);
                uint storage = AccountRecord.TryGet(view, address, out AccountRecord account) ? account.Storage : 0;
                foreach (UInt256 slot in slots)
                {
                    call.Result.Separate();
                    call.Result.Word(storage == 0 ? default : StoreStateReader.GetStorage(view, storage, slot));
                }
                call.Result.WriteByte((byte)']');
            }
            call.Result.WriteByte((byte)'}');
        }
        return Done();
    }

    private static ValueTask<RpcError?> GetProof(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Address address = parameters.Address();
        UInt256[] slots = parameters.Slots(out List<string> names);
        BlockReference block = parameters.BlockOrLatest();
        if (Open(call, parameters.End(), address, block, "storage", out ICommittedView view) is { } error) return Done(error);
        using (view) WriteProof(call.Result, address, names, call.Node.Prove(view, address, slots));
        return Done();
    }

    private static void WriteProof(ByteWriter json, in Address address, List<string> names, StateProof proof)
    {
        json.WriteByte((byte)'{');
        json.Field("address"u8, (Address?)address);
        json.Name("accountProof"u8);
        WriteNodes(json, proof.AccountNodes);
        json.Field("balance"u8, proof.Account.Balance);
        json.Field("codeHash"u8, proof.Account.CodeHash);
        json.Field("nonce"u8, proof.Account.Nonce);
        json.Field("storageHash"u8, proof.StorageRoot);
        json.Name("storageProof"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < proof.Slots.Count; i++)
        {
            (UInt256 slot, UInt256 value, IReadOnlyList<byte[]> nodes) = proof.Slots[i];
            json.Separate();
            json.WriteByte((byte)'{');
            json.Name("key"u8);
            // As geth: a key of full length comes back as it is, a shorter one as a number.
            if (names[i].Length == 2 + (UInt256.Size * 2)) json.Word(slot);
            else json.Quantity(slot);
            json.Field("value"u8, value);
            json.Name("proof"u8);
            WriteNodes(json, nodes);
            json.WriteByte((byte)'}');
        }
        json.Raw("]}"u8);
    }

    private static void WriteNodes(ByteWriter json, IReadOnlyList<byte[]> nodes)
    {
        json.WriteByte((byte)'[');
        for (int i = 0; i < nodes.Count; i++)
        {
            json.Separate();
            json.Data(nodes[i]);
        }
        json.WriteByte((byte)']');
    }
}
