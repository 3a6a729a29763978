using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.JsonRpc;

/// <summary>Contracts whose runs are easy to compute by hand, on a node that keeps old states.</summary>
internal static class TraceHarness
{
    public const string Counter = "0x00000000000000000000000000000000000000c0";
    public const string Reverter = "0x00000000000000000000000000000000000000c1";
    public const string Logger = "0x00000000000000000000000000000000000000c2";
    public const string Caller = "0x00000000000000000000000000000000000000d0";
    public const string Destroyer = "0x00000000000000000000000000000000000000d1";
    public const string Hasher = "0x00000000000000000000000000000000000000d2";
    public const string Undefined = "0x00000000000000000000000000000000000000d3";
    public const string Empty = "0x00000000000000000000000000000000000000ee";

    /// <summary>
    /// c0 adds one to slot 1 and returns slot 0; c1 reverts with Error("zonk"); c2 logs a word; d0 calls c2, calls c1 statically and
    /// creates a contract from one STOP; d1 gives itself up to the caller; d2 calls the precompile of SHA-256; d3 has an instruction
    /// that does not exist.
    /// </summary>
    public const string Settings = """
        {"chainId": 7, "gasLimit": 30000000, "stateHistory": "archive", "alloc": {
          "a94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0xde0b6b3a7640000"},
          "0x00000000000000000000000000000000000000c0": {"balance": "0", "code": "0x6001546001016001555f545f5260205ff3", "storage": {"0x01": "0x2a"}},
          "0x00000000000000000000000000000000000000c1": {"balance": "0", "code": "0x7f08c379a0000000000000000000000000000000000000000000000000000000005f5260206004526004602452637a6f6e6b60e01b60445260645ffd"},
          "0x00000000000000000000000000000000000000c2": {"balance": "0", "code": "0x602a5f5260015460206000a1"},
          "0x00000000000000000000000000000000000000d0": {"balance": "5", "code": "0x5f5f5f5f600160c25af1505f5f5f5f60c15afa5060015f5ff05000"},
          "0x00000000000000000000000000000000000000d1": {"balance": "9", "code": "0x33ff"},
          "0x00000000000000000000000000000000000000d2": {"balance": "0", "code": "0x5f5f5f5f60025afa5000"},
          "0x00000000000000000000000000000000000000d3": {"balance": "0", "code": "0x5f0c"}}}
        """;

    public static RpcHarness Make() => new(settings: Settings);

    /// <summary>Sends a transaction to a contract and gives its hash.</summary>
    public static async Task<string> Call(this RpcHarness node, ulong nonce, string to, byte[]? data = null, ulong value = 0, ulong gas = 100_000)
    {
        Assert.True(Address.TryParse(to, out Address address));
        EthereumTransaction transaction = RpcHarness.Make(nonce, address, value, data, gas);
        Assert.Equal($"\"{transaction.Hash}\"", await node.Send(transaction));
        return transaction.Hash.ToString();
    }

    public static Task<JsonElement> Trace(this RpcHarness node, string hash, string options) =>
        node.Json("debug_traceTransaction", $"[\"{hash}\",{options}]");
}
