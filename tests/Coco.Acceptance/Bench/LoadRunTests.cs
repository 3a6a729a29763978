using Coco.Bench;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Acceptance.Bench;

public sealed class LoadRunTests
{
    private const string FunderKey = "0x0000000000000000000000000000000000000000000000000000000000000001";

    [Theory]
    [InlineData(Workload.Transfer, 1)]
    [InlineData(Workload.Erc20, 1)]
    [InlineData(Workload.Erc20, 7)]
    public async Task A_transaction_is_committed_once_its_receipt_was_read(Workload workload, int batch)
    {
        using FakeNode node = new() { EmptyReceipts = 2 };
        BenchReport report = await RunAsync(node, Options(node, workload) with { RpcBatch = batch });
        Assert.Equal((40, 0, 0), (report.Committed, report.Reverted, report.Failed));
        Assert.True(report.FinalEqual);
        Assert.Equal(40, node.Sent.Count);
        Assert.True(report.LatencyMs.P50 > 0 && report.LatencyMs.P50 <= report.LatencyMs.Max);
        Assert.Null(report.Fsyncs);
    }

    [Fact]
    public async Task Each_sender_sends_its_nonces_in_order_without_gaps()
    {
        using FakeNode node = new();
        await RunAsync(node, Options(node, Workload.Transfer));
        foreach (IGrouping<Address, EthereumTransaction> sender in node.Sent.GroupBy(SenderOf))
            Assert.Equal(Enumerable.Range(3, sender.Count()).Select(nonce => (ulong)nonce), sender.Select(sent => sent.Nonce).Order());
    }

    [Fact]
    public async Task A_refusal_is_counted_in_the_nodes_words_and_ends_its_sender()
    {
        using FakeNode node = new() { Refuse = transaction => transaction.Nonce == 4 ? "too poor" : null };
        BenchReport report = await RunAsync(node, Options(node, Workload.Transfer));
        Assert.Equal((10, 30), (report.Committed, report.Failed)); // 10 accounts of 4 transactions; the second is refused
        Assert.Equal(10, report.Errors["too poor"]);
        Assert.Equal(20, report.Errors["not sent: an earlier transaction of the sender failed"]);
    }

    [Fact]
    public async Task A_reverted_transaction_is_committed_and_counted_apart()
    {
        using FakeNode node = new() { Reverts = transaction => transaction.Nonce == 3 };
        BenchReport report = await RunAsync(node, Options(node, Workload.Erc20));
        Assert.Equal((40, 10, 0), (report.Committed, report.Reverted, report.Failed));
    }

    [Fact]
    public async Task A_mixed_run_reads_four_times_as_often_as_it_writes()
    {
        using FakeNode node = new() { EmptyReceipts = 0 };
        BenchReport report = await RunAsync(node, Options(node, Workload.Mixed) with { Count = 100 });
        Assert.Equal((20, 80, 0), (report.Committed, report.Reads, report.Failed));
    }

    [Fact]
    public async Task An_open_loop_lasts_as_long_as_its_rate_says()
    {
        using FakeNode node = new() { EmptyReceipts = 0 };
        BenchReport report = await RunAsync(node, Options(node, Workload.Transfer) with { Rate = 100 });
        Assert.Equal(40, report.Committed);
        Assert.True(report.Seconds >= 0.39, $"40 transactions at 100/s took {report.Seconds} s");
    }

    [Fact]
    public async Task A_target_that_does_not_answer_is_named()
    {
        FakeNode gone = new();
        gone.Dispose();
        BenchFailureException failure = await Assert.ThrowsAsync<BenchFailureException>(() => RunAsync(gone, Options(gone, Workload.Transfer)));
        Assert.Equal(BenchFailureKind.Missing, failure.Kind);
        Assert.Contains(gone.Url.ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_of_a_seed_are_the_same_and_differ_from_another_seeds()
    {
        Assert.Equal(BenchAccounts.Derive(1, 7).Address, BenchAccounts.Derive(1, 7).Address);
        Assert.NotEqual(BenchAccounts.Derive(1, 7).Address, BenchAccounts.Derive(2, 7).Address);
        Assert.NotEqual(BenchAccounts.Derive(1, 7).Address, BenchAccounts.Derive(1, 8).Address);
    }

    private static Address SenderOf(EthereumTransaction transaction) =>
        SenderRecovery.TryRecover(transaction, isLowSRequired: true, out Address sender) ? sender : throw new InvalidOperationException();

    private static BenchOptions Options(FakeNode node, Workload workload) => new()
    {
        Workload = workload,
        Count = 40,
        Connections = 4,
        Accounts = 10,
        Targets = [node.Url],
        FunderKey = FunderKey,
    };

    private static Task<BenchReport> RunAsync(FakeNode node, BenchOptions options) =>
        new BenchRun(options, BenchNetwork.Foreign([node.Url]), new TerminalProgress(TextWriter.Null, isTerminal: false)).RunAsync(CancellationToken.None);
}
