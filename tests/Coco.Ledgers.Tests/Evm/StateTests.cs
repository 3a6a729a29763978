using System.Diagnostics;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Ledgers.Tests.Conformance;
using Coco.Primitives;
using Xunit.Abstractions;

namespace Coco.Ledgers.Tests.Evm;

public sealed class StateTests(ITestOutputHelper output)
{
    private readonly CodeCache _codes = new();

    [VectorTheory("state-tests.tar.gz", "state-tests-prague-osaka.tar.gz")]
    [InlineData("state-tests.tar.gz")]
    [InlineData("state-tests-prague-osaka.tar.gz")]
    public void Every_transaction_of_the_public_state_tests_gives_the_expected_root_and_logs(string archive)
    {
        JournaledState state = new(_codes);
        TransactionProcessor processor = new(state);
        List<string> failures = [];
        int count = 0;
        Stopwatch watch = new();
        foreach (StateTestCase test in StateTestFile.ReadArchive(Vectors.PathOf(archive)))
        {
            count++;
            watch.Start();
            string? failure = Check(test, processor);
            watch.Stop();
            if (failure is not null) failures.Add($"{test.Name}: {failure}");
        }
        string report = $"{count - failures.Count} of {count} pass, {watch.Elapsed.TotalSeconds:F1} s";
        output.WriteLine(report);
        if (Environment.GetEnvironmentVariable("COCO_EVM_FAILURES") is { } path) File.AppendAllLines(path, [report, .. failures]);
        Assert.True(count > 1000 && failures.Count == 0, report + "\n" + string.Join('\n', failures.Take(20)));
    }

    private static string? Check(StateTestCase test, TransactionProcessor processor)
    {
        JournaledState state = processor.State;
        state.Reset(test.World);
        TransactionResult result = new() { Refusal = TransactionRefusal.TypeNotSupported };
        if (test.Transaction is not null) result = processor.Execute(test.Block, test.Transaction, test.Block.GasLimit);
        if (result.IsExecuted != (test.Exception is null)) return $"expected {test.Exception ?? "execution"}, got {result.Refusal}";
        if (result.IsExecuted && HashOf(state.Logs) != test.Logs) return $"logs differ (gas {result.GasUsed}, {result.Error})";
        bool deletesEmpty = ForkRules.Of(test.Block.Fork).DeletesEmpty;
        if (!result.IsExecuted && !deletesEmpty) state.Touch(state.Account(test.Block.Coinbase), deletesEmpty);
        test.World.Apply(state);
        return test.World.Root() == test.Root ? null : $"root differs (gas {result.GasUsed}, {result.Error})";
    }

    private static Hash256 HashOf(LogList logs)
    {
        byte[][] items = new byte[logs.Count][];
        for (int i = 0; i < items.Length; i++)
        {
            EvmLog log = logs[i];
            byte[][] topics = Enumerable.Range(0, log.TopicCount).Select(topic => TestRlp.Bytes(log.Topic(topic).Span)).ToArray();
            items[i] = TestRlp.List(TestRlp.Bytes(log.Address.Span), TestRlp.List(topics), TestRlp.Bytes(log.Data.Span));
        }
        return Keccak256.Hash(TestRlp.List(items));
    }
}
