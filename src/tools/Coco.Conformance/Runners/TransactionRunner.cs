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
            if (test.Value.Field("txbytes") is not { } bytes || test.Value.Field("result") is not { ValueKind: JsonValueKind.Object } forks) continue;
            isKnown = true;
            string name = $"{file}::{test.Name}";
            if (!options.TakesTest(name)) continue;
            foreach (JsonProperty fork in forks.EnumerateObject())
                if (options.TakesFork(fork.Name)) Run($"{name}/{fork.Name}", bytes.Bytes(), fork, result);
        }
        return isKnown;
    }

    private static void Run(string name, byte[] bytes, JsonProperty expected, ConformanceResult result)
    {
        if (!ForkNames.TryGet(expected.Name, out EvmFork fork))
        {
            result.Skip(name, expected.Name, $"the rules {expected.Name} are not known");
            return;
        }
        string? error = Check(bytes, fork, out EthereumTransaction? transaction, out Address sender, out long gas);
        if (expected.Value.Field("exception") is { } exception)
        {
            if (error is not null) result.Pass(expected.Name);
            else result.Fail(name, expected.Name, exception.Text(), "accepted");
            return;
        }
        string wanted = $"{expected.Value.Field("hash")?.Hash()} {expected.Value.Field("sender")?.Address()} {expected.Value.Field("intrinsicGas")?.Number()}";
        result.Compare(name, expected.Name, wanted, error ?? $"{transaction!.Hash} {sender} {gas}");
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
