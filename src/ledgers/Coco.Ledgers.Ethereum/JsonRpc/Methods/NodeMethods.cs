using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>net_*, web3_*, rpc_modules, and what eth_* tells of the node.</summary>
internal static class NodeMethods
{
    public static readonly string ClientVersion =
        $"Coco/v{typeof(NodeMethods).Assembly.GetName().Version?.ToString(3)}/{RuntimeInformation.RuntimeIdentifier}/dotnet{Environment.Version}";

    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_chainId", static call => Simple(call, static call => call.Result.Quantity(call.Node.Settings.ChainId)));
        table.Add("eth_blockNumber", static call => Simple(call, static call => call.Result.Quantity(call.Node.HeadNumber)));
        table.Add("eth_protocolVersion", static call => Simple(call, static call => call.Result.Raw("\"0x44\""u8)));
        table.Add("eth_accounts", static call => Simple(call, static call => call.Result.Raw("[]"u8)));
        table.Add("eth_mining", static call => Simple(call, static call => call.Result.Bool(false)));
        table.Add("eth_hashrate", static call => Simple(call, static call => call.Result.Quantity(0UL)));
        table.Add("eth_syncing", static call => Simple(call, WriteSyncing));
        table.Add("eth_coinbase", static _ => new ValueTask<RpcError?>(RpcError.Of("etherbase must be explicitly specified")));
        table.Add("net_version", static call => Simple(call, static call => call.Result.Text(call.Node.Settings.ChainId.ToString())));
        table.Add("net_listening", static call => Simple(call, static call => call.Result.Bool(true)));
        table.Add("net_peerCount", static call => Simple(
            call, static call => call.Result.Quantity((ulong)Math.Max(call.Node.Services.Node.NodeCount - 1, 0))));
        table.Add("web3_clientVersion", static call => Simple(call, static call => call.Result.Text(ClientVersion)));
        table.Add("web3_sha3", Sha3);
        table.Add("eth_capabilities", static call => Simple(call, WriteCapabilities));
        table.Add("rpc_modules", static call => Simple(call, static call => call.Result.Raw(
            "{\"debug\":\"1.0\",\"eth\":\"1.0\",\"net\":\"1.0\",\"rpc\":\"1.0\",\"trace\":\"1.0\",\"txpool\":\"1.0\",\"web3\":\"1.0\"}"u8)));
    }

    /// <summary>A method without parameters that cannot fail.</summary>
    public static ValueTask<RpcError?> Simple(RpcCall call, Action<RpcCall> write)
    {
        RpcError? error = call.Params().End();
        if (error is null) write(call);
        return new ValueTask<RpcError?>(error);
    }

    /// <summary>False when in step; how far the leader is ahead is not known here, so both numbers are this node's.</summary>
    private static void WriteSyncing(RpcCall call)
    {
        if (!call.Node.Services.Node.IsSyncing)
        {
            call.Result.Bool(false);
            return;
        }
        ulong head = call.Node.HeadNumber;
        call.Result.WriteByte((byte)'{');
        call.Result.Field("currentBlock"u8, head);
        call.Result.Field("highestBlock"u8, head);
        call.Result.Field("startingBlock"u8, 0UL);
        call.Result.WriteByte((byte)'}');
    }

    /// <summary>From which block on what can be asked for.</summary>
    private static void WriteCapabilities(RpcCall call)
    {
        ByteWriter json = call.Result;
        ulong head = call.Node.HeadNumber;
        json.Raw("{\"head\":{"u8);
        json.Field("number"u8, head);
        json.Field("hash"u8, call.Node.Chain.Head?.Hash ?? default);
        json.WriteByte((byte)'}');
        WriteCapability(json, "state"u8, call.Node.OldestState);
        WriteCapability(json, "tx"u8, 0);
        WriteCapability(json, "logs"u8, 0);
        WriteCapability(json, "receipts"u8, 0);
        WriteCapability(json, "blocks"u8, 0);
        WriteCapability(json, "stateproofs"u8, Math.Max(call.Node.OldestState, head - Math.Min(head, PastChanges.MaxBlocks)));
        json.WriteByte((byte)'}');
    }

    private static void WriteCapability(ByteWriter json, ReadOnlySpan<byte> name, ulong oldest)
    {
        json.Name(name);
        json.Raw("{\"disabled\":false"u8);
        json.Field("oldestBlock"u8, oldest);
        json.WriteByte((byte)'}');
    }

    private static ValueTask<RpcError?> Sha3(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        byte[] data = parameters.Bytes();
        RpcError? error = parameters.End();
        if (error is null) call.Result.Data(Keccak256.Hash(data).Span);
        return new ValueTask<RpcError?>(error);
    }
}
