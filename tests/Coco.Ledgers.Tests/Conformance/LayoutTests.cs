using System.Text;
using System.Text.Json.Nodes;
using Coco.Conformance;

namespace Coco.Ledgers.Tests.Conformance;

/// <summary>The same tests as others have written them: layouts of other years, and formats that no runner knows.</summary>
public sealed class LayoutTests
{
    private const string BasicTests = "basic-tests.tar.gz";
    private const string StateTests = "state-tests.tar.gz";
    private const string BlockchainTests = "blockchain-tests.tar.gz";

    [VectorFact(BasicTests)]
    public void Transaction_tests_with_the_forks_beside_the_bytes_pass() => Check("transaction", Rewritten(BasicTests, "TransactionTests/tt", test =>
    {
        var old = new JsonObject { ["rlp"] = Taken(test["txbytes"]), ["_info"] = Taken(test["_info"]) };
        foreach ((string fork, JsonNode? expected) in test["result"]!.AsObject())
            old[fork] = expected!["sender"] is null ? [] : new JsonObject { ["hash"] = Hex(expected["hash"]), ["sender"] = Hex(expected["sender"]) };
        return old;
    }));

    [VectorFact(BasicTests)]
    public void Transaction_tests_at_a_block_pass() => Check("transaction", Rewritten(BasicTests, "TransactionTests/ttRSValue", test =>
    {
        JsonNode expected = test["result"]!["EIP158"]!;
        var old = new JsonObject { ["rlp"] = Hex(test["txbytes"]), ["blocknumber"] = "2675000" };
        if (expected["sender"] is null) return old;
        (old["hash"], old["sender"], old["transaction"]) = (Hex(expected["hash"]), Hex(expected["sender"]), new JsonObject());
        return old;
    }));

    /// <summary>As filled before 2020: no exception is named; the root says that nothing was executed.</summary>
    [VectorFact(StateTests)]
    public void State_tests_that_do_not_name_the_refusal_pass() => Check("state", Rewritten(StateTests, "stEIP1559", test =>
    {
        test.Remove("_info");
        foreach ((_, JsonNode? cases) in test["post"]!.AsObject())
            foreach (JsonNode? one in cases!.AsArray())
                foreach (string newer in (string[])["expectException", "txbytes", "state"]) one!.AsObject().Remove(newer);
        return test;
    }));

    [VectorFact(StateTests)]
    public void A_state_test_without_a_named_refusal_still_needs_the_right_root()
    {
        ConformanceResult result = Run("state", Rewritten(StateTests, "stEIP1559/lowGasLimit", test =>
        {
            foreach ((_, JsonNode? cases) in test["post"]!.AsObject())
                foreach (JsonNode? one in cases!.AsArray()) (one!["hash"], one["expectException"]) = ("0x" + new string('1', 64), null);
            return test;
        }));
        Assert.True(result.Failed > 0 && result.Passed == 0);
    }

    [VectorFact(BlockchainTests)]
    public void Blockchain_tests_that_mark_wrong_blocks_by_their_missing_header_pass() =>
        Check("blockchain", Rewritten(BlockchainTests, "InvalidBlocks/bcInvalidHeaderTest", test =>
        {
            foreach (JsonNode? block in test["blocks"]!.AsArray())
                foreach (string name in block!.AsObject().Select(field => field.Key).Where(IsException).ToList()) block.AsObject().Remove(name);
            test["unheardOf"] = new JsonArray(1, 2);
            return test;
        }));

    [VectorFact(BlockchainTests)]
    public void A_blob_schedule_of_the_test_counts()
    {
        ConformanceResult result = Run("blockchain", Rewritten(BlockchainTests, "ValidBlocks/bcEIP4844-blobtransactions", test =>
        {
            test["config"] = JsonNode.Parse("""{"chainid": "0x01", "blobSchedule": {"Cancun": {"target": "0x00", "max": "0x00", "baseFeeUpdateFraction": "0x32f0ed"}}}""");
            return test;
        }));
        Assert.True(result.Failed > 0 && result.Passed == 0);
    }

    [VectorFact("execution-apis.tar.gz")]
    public void A_part_of_the_rpc_suite_finds_the_chain_above_it()
    {
        string folder = Directory.CreateTempSubdirectory("coco-").FullName;
        try
        {
            foreach (TestFile file in TestFiles.Read(Vectors.PathOf("execution-apis.tar.gz"), IsPart))
            {
                string target = Path.Combine(folder, file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllBytes(target, file.Content);
            }
            string part = Directory.GetDirectories(folder, "eth_chainId", SearchOption.AllDirectories)[0];
            string one = Directory.GetFiles(part)[0];
            File.WriteAllText(Path.Combine(part, "several.io"), """
                // two questions, the second with a wrong answer
                >> {"jsonrpc":"2.0","id":1,"method":"eth_chainId"}
                << {"jsonrpc":"2.0","id":1,"result":"0xc72dd9d5e883e"}
                >> {"jsonrpc":"2.0","id":2,"method":"eth_chainId"}
                << {"jsonrpc":"2.0","id":2,"result":"0x0"}
                """);
            Assert.Equal((1, 1), Count(ConformanceRun.Run("rpc", part, new ConformanceOptions())!));
            Assert.Equal((1, 0), Count(ConformanceRun.Run("rpc", one, new ConformanceOptions())!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static (int, int) Count(ConformanceResult result) => (result.Passed, result.Failed);
        static bool IsPart(string name) => name.Contains("eth_chainId/", StringComparison.Ordinal)
            || name.EndsWith("genesis.json", StringComparison.Ordinal) || name.EndsWith("chain.rlp", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Frontier")]
    [InlineData("FrontierToHomesteadAt5")]
    [InlineData("HomesteadToDaoAt5")]
    [InlineData("EIP158ToByzantiumAt5")]
    [InlineData("ConstantinopleFix")]
    [InlineData("ByzantiumToConstantinopleFixAt5")]
    [InlineData("BerlinToLondonAt5")]
    [InlineData("GrayGlacier")]
    [InlineData("ArrowGlacierToParisAtDiffC0000")]
    [InlineData("ArrowGlacierToMergeAtDiffC0000")]
    [InlineData("ParisToShanghaiAtTime15k")]
    [InlineData("CancunToPragueAtTime15k")]
    [InlineData("OsakaToBPO1AtTime15k")]
    [InlineData("BPO3ToBPO4AtTime15k")]
    public void Names_of_networks_are_known(string network) => Assert.NotNull(ChainRules.Read(network));

    [Theory]
    [InlineData("blockchain", """{"a": {"network": "Prague", "engineNewPayloads": [], "genesisBlockHeader": {}, "pre": {}}}""")]
    [InlineData("state", """{"a": {"env": {}, "pre": {}, "exec": {}}}""")]
    [InlineData("transaction", """{"a": {"bytes": "0x"}}""")]
    [InlineData("rlp", "[]")]
    public void Formats_that_are_not_known_are_refused_and_not_counted(string kind, string json) =>
        Assert.Throws<UnknownFormatException>(() => Run(kind, json));

    private static bool IsException(string field) => field.StartsWith("expectException", StringComparison.Ordinal);

    private static JsonNode? Taken(JsonNode? node) => node?.DeepClone();

    /// <summary>Without 0x, as most wrote it then.</summary>
    private static JsonNode? Hex(JsonNode? node) => node?.GetValue<string>()[2..];

    /// <summary>All tests under a folder of an archive, each changed.</summary>
    private static string Rewritten(string archive, string folder, Func<JsonObject, JsonObject> change)
    {
        var all = new JsonObject();
        foreach (TestFile file in TestFiles.Read(Vectors.PathOf(archive), name => name.Contains(folder, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal)))
            foreach ((string name, JsonNode? test) in JsonNode.Parse(Encoding.UTF8.GetString(file.Content))!.AsObject())
                all[$"{file.Name}/{name}"] = change(test!.DeepClone().AsObject());
        return all.ToJsonString();
    }

    private static void Check(string kind, string json)
    {
        ConformanceResult result = Run(kind, json);
        Assert.Empty(result.Failures.Take(5).Select(f => $"{f.Test}: expected {f.Expected}, actual {f.Actual}"));
        Assert.True(result.Passed > 1 && result.Skipped == 0);
    }

    private static ConformanceResult Run(string kind, string json)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("coco-").FullName, "tests.json");
        try
        {
            File.WriteAllText(file, json);
            return ConformanceRun.Run(kind, file, new ConformanceOptions())!;
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
