using Coco.Conformance;

namespace Coco.Ledgers.Tests.Conformance;

/// <summary>The published test sets: a sample in each run, everything with COCO_LONG=1.</summary>
public sealed class ConformanceTests
{
    private const int Sample = 400;

    private const string BasicTests = "basic-tests.tar.gz";
    private const string MainnetWitness = "mainnet-witness.tar.gz";
    private const string MainnetPrestate = "mainnet-prestate.tar.gz";
    private const string BlockchainTests = "blockchain-tests.tar.gz";
    private const string StateTests = "state-tests.tar.gz";
    private const string NewStateTests = "state-tests-prague-osaka.tar.gz";
    private const string ExecutionApis = "execution-apis.tar.gz";

    private static void Check(string kind, string archive, string? filter = null, int sample = Sample)
    {
        ConformanceResult result = ConformanceRun.Run(
            kind, Vectors.PathOf(archive), new ConformanceOptions(Filter: filter, MaxTests: Vectors.IsLong ? int.MaxValue : sample))!;
        Assert.True(
            result.Failed == 0, $"{result.Failed} of {result.Passed + result.Failed} failed:\n"
                + string.Join('\n', result.Failures.Take(20).Select(f => $"{f.Test}: expected {f.Expected}, actual {f.Actual}")));
        Assert.True(result.Passed > 0);
    }

    [VectorFact(BasicTests)]
    public void Rlp_tests_pass() => Check("rlp", BasicTests, "RLPTests");

    [VectorFact(BasicTests)]
    public void Trie_tests_pass() => Check("trie", BasicTests, "TrieTests");

    [VectorFact(BasicTests)]
    public void Transaction_tests_pass() => Check("transaction", BasicTests, "TransactionTests", int.MaxValue);

    [VectorFact(MainnetWitness)]
    public void Mainnet_blocks_with_witnesses_end_at_their_state_roots() => Check("witness", MainnetWitness, sample: 6);

    [VectorFact(MainnetPrestate)]
    public void Mainnet_blocks_with_their_pre_state_give_their_receipts() => Check("prestate", MainnetPrestate, sample: 4);

    [VectorTheory(BlockchainTests)]
    [InlineData("ValidBlocks/")]
    [InlineData("InvalidBlocks/")]
    [InlineData("TransitionTests/")]
    public void Blockchain_tests_pass(string filter) => Check("blockchain", BlockchainTests, filter, 60);

    [VectorTheory(StateTests)]
    [InlineData("Cancun/")]
    [InlineData("Pyspecs/")]
    [InlineData("stExample")]
    [InlineData("stCreate2")]
    [InlineData("stSStore")]
    [InlineData("stExtCodeHash")]
    public void State_tests_pass(string filter) => Check("state", StateTests, filter, 100);

    [LongVectorFact(StateTests)]
    public void All_state_tests_pass() => Check("state", StateTests);

    [VectorFact(NewStateTests)]
    public void State_tests_of_Prague_and_Osaka_pass() => Check("state", NewStateTests);

    /// <summary>All pass but those of the list, and of the list none does: a reason that is gone is taken off it.</summary>
    [VectorFact(ExecutionApis)]
    public void Json_rpc_tests_pass_but_for_those_that_are_listed_with_a_reason()
    {
        ConformanceResult result = ConformanceRun.Run("rpc", Vectors.PathOf(ExecutionApis), new ConformanceOptions { ComparesMessages = true })!;
        Assert.Empty(result.Failures.Where(failure => !RpcDifferences.All.ContainsKey(failure.Test))
            .Select(failure => $"{failure.Test}: expected {failure.Expected}, actual {failure.Actual}"));
        Assert.Equal(RpcDifferences.All.Keys.Order(), result.Failures.Select(failure => failure.Test).Order());
    }

    /// <summary>The published answers of debug_trace* come from geth: not only their shape is right.</summary>
    [VectorFact(ExecutionApis)]
    public void Struct_logs_are_those_that_geth_recorded()
    {
        ConformanceResult result = ConformanceRun.Run(
            "rpc", Vectors.PathOf(ExecutionApis), new ConformanceOptions(Filter: "debug_trace") { ComparesFully = true, ComparesMessages = true })!;
        Assert.Empty(result.Failures.Select(failure => $"{failure.Test}: expected {failure.Expected}, actual {failure.Actual}"));
        Assert.True(result.Passed > 0);
    }
}
