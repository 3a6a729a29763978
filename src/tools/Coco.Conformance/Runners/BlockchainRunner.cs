using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>Ethereum blockchain tests: a genesis, blocks of which some must be refused, the head and state at the end.</summary>
public sealed class BlockchainRunner : IConformanceRunner
{
    public string Kind => "blockchain";

    public bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result)
    {
        bool isKnown = false;
        if (root.ValueKind != JsonValueKind.Object) return false;
        foreach (JsonProperty test in root.EnumerateObject())
        {
            if (test.Value.Field("blocks") is null || test.Value.Field("genesisRLP") is null || test.Value.Field("network") is not { } network) continue;
            isKnown = true;
            string name = $"{file}::{test.Name}", fork = network.Text();
            if (!options.TakesTest(name) || !options.TakesFork(fork)) continue;
            try
            {
                Run(name, fork, test.Value, result);
            }
            catch (Exception failure) when (failure is FormatException or KeyNotFoundException or InvalidOperationException)
            {
                result.Fail(name, fork, "a test that can be read", failure.Message);
            }
        }
        return isKnown;
    }

    private static void Run(string name, string network, JsonElement test, ConformanceResult result)
    {
        if (ChainRules.Read(network, test.Field("config")) is not { } rules)
        {
            result.Skip(name, network, $"the rules {network} are not known");
            return;
        }
        if (!Block.TryDecode(test.Field("genesisRLP")!.Value.Bytes(), out Block? genesis, out string? error))
        {
            result.Fail(name, network, "a genesis block", error!);
            return;
        }
        TestWorld world = TestWorld.Read(test.Field("pre")!.Value);
        if (world.Root() != genesis!.Header.StateRoot)
        {
            result.Fail(name, network, $"genesis state {genesis.Header.StateRoot}", world.Root().ToString());
            return;
        }
        JsonElement blocks = test.Field("blocks")!.Value;
        IReadOnlyList<Address> daoAccounts = rules.DaoBlock is null ? [] : DaoFork.Accounts(world, Decodable(blocks));
        var chain = new TestChain(rules, genesis.Header, world, test.Field("config")?.Field("chainid")?.Number() ?? 1, daoAccounts);
        string? wrong = Import(chain, blocks);
        result.Gas += chain.Gas;
        string wanted = $"head {test.Field("lastblockhash")!.Value.Hash()}", actual = $"head {chain.HeadHash}";
        if (test.Field("postStateHash") is { } root) (wanted, actual) = ($"{wanted}, state {root.Hash()}", $"{actual}, state {chain.HeadWorld.Root()}");
        if (test.Field("postState") is { ValueKind: JsonValueKind.Object } state && chain.HeadWorld.Difference(TestWorld.Read(state)) is { Length: > 0 } difference)
            actual = $"{actual}, {difference}";
        result.Compare(name, network, wanted, wrong is null ? actual : $"{actual}: {wrong}");
    }

    private static IEnumerable<Block> Decodable(JsonElement blocks)
    {
        foreach (JsonElement block in blocks.EnumerateArray())
            if (Block.TryDecode(block.Field("rlp")!.Value.Bytes(), out Block? decoded, out _)) yield return decoded!;
    }

    /// <summary>Why a block must be refused; null: it must not. Tests of before 2020 say so only by giving no header.</summary>
    private static string? ExceptionOf(JsonElement block)
    {
        foreach (JsonProperty field in block.EnumerateObject())
            if (field.Name.StartsWith("expectException", StringComparison.Ordinal) && field.Value.ValueKind != JsonValueKind.Null)
                return field.Value.Text();
        return block.Field("blockHeader") is null ? "a block without a header in the test" : null;
    }

    /// <summary>The first block that was treated otherwise than it should be.</summary>
    private static string? Import(TestChain chain, JsonElement blocks)
    {
        int place = 0;
        foreach (JsonElement block in blocks.EnumerateArray())
        {
            place++;
            string? exception = ExceptionOf(block), error = chain.Import(block.Field("rlp")!.Value.Bytes());
            if (error is not null && exception is null) return $"block {place}: {error}";
            if (error is null && exception is not null) return $"block {place}: accepted in spite of {exception}";
        }
        return null;
    }
}
