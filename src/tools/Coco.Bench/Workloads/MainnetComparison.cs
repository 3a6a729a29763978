using System.Text.Json;
using Coco.Conformance;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>How many receipts of a run equal what the transactions did on the chain itself.</summary>
internal readonly record struct AsChain(int Status, int Gas, int Logs);

/// <summary>
/// What the mainnet's transactions did where they stand: each block executed alone, with its own rules, on its own state. Old
/// rules, missing code and other states before make some differ from the network's receipts; how many is told, not aimed at.
/// </summary>
internal sealed class MainnetComparison
{
    private readonly Dictionary<Hash256, (TransactionReceipt Receipt, bool HasStatus)> _chain = [];
    private readonly IReadOnlyList<EthereumTransaction> _transactions;

    /// <summary>Executes the blocks of the workload's first <paramref name="count"/> transactions.</summary>
    public MainnetComparison(IReadOnlyList<MainnetBlock> blocks, int count)
    {
        List<EthereumTransaction> chosen = MainnetTransactions.Choose(blocks).Transactions;
        _transactions = [.. chosen.Take(count)];
        foreach (MainnetBlock block in blocks) Execute(block);
    }

    public async Task<AsChain> CompareAsync(ChainClient client, CancellationToken cancellation)
    {
        string[] hashes = [.. _transactions.Select(transaction => $"\"{transaction.Hash}\"")];
        JsonElement[] receipts = await client.CallManyAsync("eth_getTransactionReceipt", hashes, cancellation);
        int status = 0, gas = 0, logs = 0;
        for (int i = 0; i < receipts.Length; i++)
        {
            if (receipts[i].ValueKind != JsonValueKind.Object) continue;
            (TransactionReceipt onChain, bool hasStatus) = _chain[_transactions[i].Hash];
            bool succeeded = ChainClient.Quantity(receipts[i].GetProperty("status")) == 1;
            if (hasStatus && succeeded == onChain.IsSuccess) status++;
            if (ChainClient.Quantity(receipts[i].GetProperty("gasUsed")) == onChain.GasUsed) gas++;
            if (HasLogs(receipts[i].GetProperty("logs"), onChain.Logs)) logs++;
        }
        return new AsChain(status, gas, logs);
    }

    private void Execute(MainnetBlock block)
    {
        if (!ForkNames.TryGet(block.Fork, out EvmFork fork))
            throw new BenchFailureException(BenchFailureKind.Refused, $"Block {block.Number} names the rules {block.Fork}, which are not known.");
        var state = new JournaledState(new CodeCache());
        state.Reset(TestWorld.Read(block.Pre));
        BlockOutcome outcome = new BlockRun(state).Execute(
            block.Block, fork, ForkNames.Blobs(block.Fork), 1, number => block.Ancestors.GetValueOrDefault(number));
        if (outcome.Error is { } error) throw new BenchFailureException(BenchFailureKind.Refused, $"Block {block.Number} does not execute: {error}");
        for (int i = 0; i < outcome.Receipts.Count; i++)
            _chain[block.Block.Transactions[i].Hash] = (outcome.Receipts[i], fork >= EvmFork.Byzantium);
    }

    private static bool HasLogs(JsonElement logs, IReadOnlyList<LogEntry> expected)
    {
        if (logs.GetArrayLength() != expected.Count) return false;
        for (int i = 0; i < expected.Count; i++)
            if (!IsEqual(logs[i], expected[i])) return false;
        return true;
    }

    private static bool IsEqual(JsonElement log, LogEntry expected) =>
        string.Equals(log.GetProperty("address").GetString(), expected.Address.ToString(), StringComparison.OrdinalIgnoreCase)
        && log.GetProperty("topics").EnumerateArray().Select(topic => topic.Hash()).SequenceEqual(expected.Topics)
        && log.GetProperty("data").Bytes().AsSpan().SequenceEqual(expected.Data.Span);
}
