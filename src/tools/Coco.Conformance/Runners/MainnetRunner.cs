using System.Diagnostics;
using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>Real blocks with what they touch: <c>mainnet-witness/1</c> (trie nodes, checked by the state root) and <c>mainnet-prestate/1</c>.</summary>
public sealed class MainnetRunner(bool hasWitness) : IConformanceRunner
{
    public string Kind => hasWitness ? "witness" : "prestate";

    public bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result)
    {
        if (root.Field("block") is not { } rlp || root.Field("fork") is not { } forkField) return false;
        if (hasWitness ? root.Field("state") is null || root.Field("preStateRoot") is null : root.Field("pre") is null) return false;
        string forkName = forkField.Text();
        if (!options.TakesTest(file) || !options.TakesFork(forkName)) return true;
        if (!ForkNames.TryGet(forkName, out EvmFork fork))
        {
            result.Skip(file, forkName, $"the rules {forkName} are not known");
            return true;
        }
        try
        {
            Run(file, forkName, fork, root, rlp.Bytes(), result);
        }
        catch (Exception failure) when (failure is MissingTrieNodeException or FormatException or InvalidDataException or KeyNotFoundException)
        {
            result.Fail(file, forkName, "a block that can be executed", failure.Message);
        }
        return true;
    }

    private void Run(string file, string forkName, EvmFork fork, JsonElement test, byte[] rlp, ConformanceResult result)
    {
        if (!Block.TryDecode(rlp, out Block? block, out string? error))
        {
            result.Fail(file, forkName, "a block", error!);
            return;
        }
        var state = new JournaledState(new CodeCache());
        WitnessState? witness = hasWitness ? ReadWitness(test) : null;
        TestWorld? world = hasWitness ? null : TestWorld.Read(test.Field("pre")!.Value);
        bool isDaoFork = block!.Header.Number == DaoFork.MainnetBlock;
        if (isDaoFork) witness?.MoveDao(DaoFork.NamedBy([block]));
        state.Reset((IStateReader?)witness ?? world!);
        Dictionary<ulong, Hash256> ancestors = ReadAncestors(test);
        var run = new BlockRun(state);
        if (isDaoFork && world is not null) run.MoveDao(DaoFork.Accounts(world, [block]));
        // Receipts before Byzantium hold a state root after each transaction, which the partial trie can give.
        long start = Stopwatch.GetTimestamp();
        BlockOutcome outcome = run.Execute(
            block, fork, ForkNames.Blobs(forkName), 1, number => ancestors.GetValueOrDefault(number),
            witness is null ? null : _ => witness.Take(state));
        result.ExecutionSeconds = (result.ExecutionSeconds ?? 0) + Stopwatch.GetElapsedTime(start).TotalSeconds;
        result.Gas += outcome.GasUsed;
        string[] checks = hasWitness ? ["gasUsed", "receiptsRoot"] : [.. test.Field("check")!.Value.EnumerateArray().Select(check => check.Text())];
        var wanted = new List<string> { $"block hash {test.Field("blockHash")!.Value.Hash()}" };
        var actual = new List<string> { $"block hash {block.Header.Hash()}" };
        if (outcome.Error is not null) actual.Add(outcome.Error);
        if (checks.Contains("gasUsed")) Add(wanted, actual, "gas", test.Field("gasUsed")!.Value.Number(), outcome.GasUsed);
        if (checks.Contains("receiptsRoot")) Add(wanted, actual, "receipts", test.Field("receiptsRoot")!.Value.Hash(), outcome.ReceiptsRoot);
        if (witness is not null && outcome.Error is null)
            Add(wanted, actual, "state", test.Field("postStateRoot")!.Value.Hash(), witness.Take(state));
        result.Compare(file, forkName, string.Join(", ", wanted), string.Join(", ", actual));
    }

    private static void Add<T>(List<string> wanted, List<string> actual, string name, T expected, T got)
    {
        wanted.Add($"{name} {expected}");
        actual.Add($"{name} {got}");
    }

    private static WitnessState ReadWitness(JsonElement test)
    {
        var nodes = new Dictionary<Hash256, byte[]>();
        foreach (JsonElement node in test.Field("state")!.Value.EnumerateArray())
        {
            byte[] bytes = node.Bytes();
            nodes[Keccak256.Hash(bytes)] = bytes;
        }
        var codes = new Dictionary<Hash256, byte[]>();
        foreach (JsonElement code in test.Field("codes")!.Value.EnumerateArray())
        {
            byte[] bytes = code.Bytes();
            codes[Keccak256.Hash(bytes)] = bytes;
        }
        return new WitnessState(nodes, codes, test.Field("preStateRoot")!.Value.Hash());
    }

    private static Dictionary<ulong, Hash256> ReadAncestors(JsonElement test)
    {
        var ancestors = new Dictionary<ulong, Hash256>();
        if (test.Field("ancestorHashes") is { } hashes)
            foreach (JsonProperty hash in hashes.EnumerateObject()) ancestors[ulong.Parse(hash.Name)] = hash.Value.Hash();
        return ancestors;
    }
}
