using Coco.Conformance;

namespace Coco.Ledgers.Tests.Conformance;

/// <summary>The published test sets: a sample in each run, everything with COCO_LONG=1.</summary>
public sealed class ConformanceTests
{
    private const int Sample = 400;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("COCO_LONG") == "1";

    /// <summary>States of old blocks are not kept, and blobs are refused; what is not offered at all is not counted either.</summary>
    private static readonly string[] KnownRpcDifferences =
    [
        "eth_getBalance/get-balance-blockhash.io", "eth_sendRawTransaction/send-blob-tx.io", "txpool_content/get-content.io",
    ];

    private static string? Find(string archive)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Coco.slnx"))) root = Path.GetDirectoryName(root);
        string vectors = Environment.GetEnvironmentVariable("COCO_VECTORS") ?? Path.Combine(root ?? ".", "..", "shared", "vectors");
        string path = Path.Combine(vectors, "ethereum", archive);
        return File.Exists(path) ? path : null;
    }

    private static void Check(string kind, string archive, string? filter = null, int sample = Sample)
    {
        // Without the data there is nothing to check; the long run in the pipeline has it.
        if (Find(archive) is not { } path) return;
        ConformanceResult result = ConformanceRun.Run(
            kind, path, new ConformanceOptions(Filter: filter, MaxTests: IsLong ? int.MaxValue : sample))!;
        Assert.True(
            result.Failed == 0, $"{result.Failed} of {result.Passed + result.Failed} failed:\n"
                + string.Join('\n', result.Failures.Take(20).Select(f => $"{f.Test}: expected {f.Expected}, actual {f.Actual}")));
        Assert.True(result.Passed > 0);
    }

    [Fact]
    public void Rlp_tests_pass() => Check("rlp", "basic-tests.tar.gz", "RLPTests");

    [Fact]
    public void Trie_tests_pass() => Check("trie", "basic-tests.tar.gz", "TrieTests");

    [Fact]
    public void Transaction_tests_pass() => Check("transaction", "basic-tests.tar.gz", "TransactionTests", int.MaxValue);

    [Fact]
    public void Mainnet_blocks_with_witnesses_end_at_their_state_roots() => Check("witness", "mainnet-witness.tar.gz", sample: 6);

    [Fact]
    public void Mainnet_blocks_with_their_pre_state_give_their_receipts() => Check("prestate", "mainnet-prestate.tar.gz", sample: 4);

    [Theory]
    [InlineData("ValidBlocks/")]
    [InlineData("InvalidBlocks/")]
    [InlineData("TransitionTests/")]
    public void Blockchain_tests_pass(string filter) => Check("blockchain", "blockchain-tests.tar.gz", filter, 60);

    [Theory]
    [InlineData("Cancun/")]
    [InlineData("Pyspecs/")]
    [InlineData("stExample")]
    [InlineData("stCreate2")]
    [InlineData("stSStore")]
    [InlineData("stExtCodeHash")]
    public void State_tests_pass(string filter) => Check("state", "state-tests.tar.gz", filter, 100);

    [Fact]
    public void All_state_tests_pass()
    {
        if (IsLong) Check("state", "state-tests.tar.gz");
    }

    [Fact]
    public void State_tests_of_Prague_and_Osaka_pass() => Check("state", "state-tests-prague-osaka.tar.gz");

    [Fact]
    public void Json_rpc_tests_pass()
    {
        if (Find("execution-apis.tar.gz") is not { } path) return;
        ConformanceResult result = ConformanceRun.Run("rpc", path, new ConformanceOptions())!;
        IEnumerable<string> wrong = result.Failures
            .Where(failure => !failure.Actual.Contains("\"code\":-32601", StringComparison.Ordinal) && !KnownRpcDifferences.Contains(failure.Test))
            .Select(failure => $"{failure.Test}: expected {failure.Expected}, actual {failure.Actual}");
        Assert.Empty(wrong);
        Assert.True(result.Passed >= 68, $"{result.Passed} passed");
    }
}
