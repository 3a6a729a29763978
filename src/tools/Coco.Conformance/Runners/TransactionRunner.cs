using System.Text.Json;
using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>TransactionTests: signed bytes, and by fork either an exception or hash, sender and intrinsic gas.</summary>
public sealed class TransactionRunner : IConformanceRunner
{
    public string Kind => "transaction";

    public bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result)
    {
        bool isKnown = false;
        if (root.ValueKind != JsonValueKind.Object) return false;
        foreach (JsonProperty test in root.EnumerateObject())
        {
            if ((test.Value.Field("txbytes") ?? test.Value.Field("rlp")) is not { ValueKind: JsonValueKind.String } bytes) continue;
            isKnown = true;
            string name = $"{file}::{test.Name}";
            if (!options.TakesTest(name)) continue;
            if (test.Value.Field("blocknumber") is { } number) RunAtBlock(name, number.Number(), test.Value, bytes, options, result);
            else RunForks(name, test.Value.Field("result") ?? test.Value, bytes, options, result);
        }
        return isKnown;
    }

    /// <summary>By fork what must come of the bytes: since 2020 under <c>result</c>, before it beside them, where nothing is: refused.</summary>
    private static void RunForks(string name, JsonElement forks, JsonElement bytes, ConformanceOptions options, ConformanceResult result)
    {
        foreach (JsonProperty fork in forks.EnumerateObject())
        {
            if (fork.Name.StartsWith('_') || fork.Value.ValueKind != JsonValueKind.Object || !options.TakesFork(fork.Name)) continue;
            Run($"{name}/{fork.Name}", bytes, fork.Name, fork.Value, result);
        }
    }

    /// <summary>The layout of 2015 to 2017: the mainnet's rules at a block, sender and hash of what is valid.</summary>
    private static void RunAtBlock(
        string name, ulong number, JsonElement test, JsonElement bytes, ConformanceOptions options, ConformanceResult result)
    {
        string fork = number switch
        {
            >= 4_370_000 => "Byzantium",
            >= 2_675_000 => "EIP158",
            >= 2_463_000 => "EIP150",
            >= 1_150_000 => "Homestead",
            _ => "Frontier",
        };
        if (options.TakesFork(fork)) Run(name, bytes, fork, test, result);
    }

    private static void Run(string name, JsonElement bytes, string forkName, JsonElement expected, ConformanceResult result)
    {
        if (!ForkNames.TryGet(forkName, out EvmFork fork))
        {
            result.Skip(name, forkName, $"the rules {forkName} are not known");
            return;
        }
        EthereumTransaction? transaction = null;
        Address sender = default;
        long gas = 0;
        string? error = TryBytes(bytes, out byte[] signed) ? Check(signed, fork, out transaction, out sender, out gas) : "no bytes in hex";
        if (expected.Field("exception") is not null || expected.Field("sender") is null)
        {
            if (error is not null) result.Pass(forkName);
            else result.Fail(name, forkName, expected.Field("exception")?.Text() ?? "refused", "accepted");
            return;
        }
        string wanted = expected.Field("sender")!.Value.Address().ToString(), actual = sender.ToString();
        if (expected.Field("hash") is { } hash) (wanted, actual) = ($"{hash.Hash()} {wanted}", $"{transaction?.Hash} {actual}");
        if (expected.Field("intrinsicGas") is { } price) (wanted, actual) = ($"{wanted} {price.Number()}", $"{actual} {gas}");
        result.Compare(name, forkName, wanted, error ?? actual);
    }

    private static bool TryBytes(JsonElement bytes, out byte[] signed)
    {
        signed = [];
        string text = bytes.Text();
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        if ((text.Length & 1) == 1 || text.AsSpan().ContainsAnyExcept(System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"))) return false;
        signed = Convert.FromHexString(text);
        return true;
    }

    /// <summary>What is wrong with a transaction whatever the state; null if nothing is.</summary>
    private static string? Check(byte[] bytes, EvmFork fork, out EthereumTransaction? transaction, out Address sender, out long gas)
    {
        sender = default;
        gas = 0;
        if (!TransactionDecoder.TryDecode(bytes, out transaction, out string? error)) return error;
        ForkRules rules = ForkRules.Of(fork);
        EthereumTransaction t = transaction!;
        EvmFork since = t.Type switch
        {
            TransactionType.AccessList => EvmFork.Berlin,
            TransactionType.DynamicFee => EvmFork.London,
            TransactionType.Blob => EvmFork.Cancun,
            TransactionType.SetCode => EvmFork.Prague,
            _ => EvmFork.Frontier,
        };
        if (fork < since) return "type not supported";
        // The tests are of the mainnet.
        if (t.ChainId is { } chain && (chain != UInt256.One || (t.Type == TransactionType.Legacy && fork < EvmFork.SpuriousDragon)))
            return "invalid chain id";
        if (!SenderRecovery.TryRecover(t, fork >= EvmFork.Homestead, out sender)) return "invalid signature";
        EvmTransaction evm = EvmTransactions.Of(t, sender);
        gas = IntrinsicGas.Of(evm, rules);
        if (t.GasLimit < (ulong)Math.Max(gas, IntrinsicGas.Floor(evm, rules))) return "intrinsic gas too low";
        if (t.Nonce == ulong.MaxValue) return "nonce too big";
        if (t.MaxPriorityFeePerGas > t.MaxFeePerGas) return "tip above fee cap";
        if (rules.MetersInitCode && t.To is null && t.Data.Length > Limits.InitCodeBytes) return "init code too large";
        UInt256 price = t.MaxFeePerGas;
        return !price.IsZero && UInt256.MaxValue / price < t.GasLimit ? "gas limit times price overflows" : null;
    }
}
