using System.Text;
using Coco.Ledgers.KeyValue;
using Coco.Ledgers.Tests.Socket;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.KeyValue;

public sealed class KeyValueExecutionTests : IDisposable
{
    private readonly LedgerRun _run = new(new KeyValueLedger(new SortedDictionary<string, string>(StringComparer.Ordinal)));
    private ulong _nowMs = LedgerRun.StartMs;

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_put_is_read_back_and_a_delete_removes_it()
    {
        Assert.True(Run(KeyValueRequests.Put("1", "a", "x")).IsApplied);
        Assert.Equal("x", Read("a"));
        Assert.True(Run(KeyValueRequests.Put("2", "a", "")).IsApplied);
        Assert.Equal("", Read("a"));
        Assert.True(Run(KeyValueRequests.Delete("3", "a")).IsApplied);
        Assert.Null(Read("a"));
        Assert.False(Run(KeyValueRequests.Delete("4", "a")).IsApplied);
    }

    [Theory]
    [InlineData(null, null, "n", true, "n")]
    [InlineData("o", "o", "n", true, "n")]
    [InlineData("o", "o", null, true, null)]
    [InlineData("o", null, "n", false, "o")]
    [InlineData("o", "other", "n", false, "o")]
    [InlineData(null, "o", "n", false, null)]
    [InlineData("", null, "n", false, "")]
    [InlineData("", "", "n", true, "n")]
    [InlineData(null, "", "n", false, null)]
    public void Compare_and_set_writes_only_over_what_it_expects(
        string? before, string? expected, string? value, bool isApplied, string? after)
    {
        if (before is not null) Run(KeyValueRequests.Put("before", "a", before));
        Assert.Equal(isApplied, Run(KeyValueRequests.CompareAndSet("cas", "a", expected, value)).IsApplied);
        Assert.Equal(after, Read("a"));
    }

    [Fact]
    public void Random_and_time_come_from_the_batch()
    {
        var environment = new BatchEnvironment(_nowMs + 5, new Hash256(Enumerable.Repeat((byte)9, 32).ToArray()));
        IReadOnlyList<AdmittedTransaction> transactions = _run.Admit(
        [
            KeyValueRequests.Of(KeyValueOperation.Random, "1", "r1"),
            KeyValueRequests.Of(KeyValueOperation.Random, "2", "r2"),
            KeyValueRequests.Of(KeyValueOperation.Now, "3", "now"),
        ]);
        _run.Execute(environment, transactions);
        _run.Commit();
        Assert.Equal((_nowMs + 5).ToString(), Read("now"));
        using StoreView view = _run.Store.OpenCommitted();
        Assert.True(view.TryGet(KeyValueMaps.Data, "r1"u8, out ReadOnlySpan<byte> first));
        Assert.True(view.TryGet(KeyValueMaps.Data, "r2"u8, out ReadOnlySpan<byte> second));
        Assert.Equal(32, first.Length);
        Assert.False(first.SequenceEqual(second));
    }

    [Fact]
    public void An_id_is_executed_once_while_its_request_lives()
    {
        Run(KeyValueRequests.Put("1", "a", "x"));
        using StoreView view = _run.Store.OpenCommitted();
        AdmissionResult again = _run.Ledger.Admit(KeyValueRequests.Put("1", "a", "other"), Caller.Anonymous, view);
        Assert.Equal(409, again.Refusal!.Code);
        IReadOnlyList<AdmittedTransaction> twice =
            [Decode(KeyValueRequests.Put("2", "a", "y")), Decode(KeyValueRequests.Put("2", "a", "z"))];
        IExecutedBatch executed = Execute(twice);
        Assert.Equal([twice[0]], executed.Included);
        Assert.Equal(409, Assert.Single(executed.Refused).Reason.Code);
        Assert.Equal("y", Read("a"));
    }

    [Fact]
    public void A_request_beyond_its_time_or_too_far_ahead_is_refused()
    {
        IExecutedBatch executed = Execute(
        [
            Decode(KeyValueRequests.Put("1", "a", "x", _nowMs - 1)),
            Decode(KeyValueRequests.Put("2", "a", "x", _nowMs + Limits.MaxLifeMs + 1)),
            Decode(KeyValueRequests.Put("3", "b", "x", _nowMs)),
            Decode(KeyValueRequests.Put("4", "c", "x", _nowMs + Limits.MaxLifeMs)),
        ]);
        Assert.Equal([410, 422], executed.Refused.Select(refused => refused.Reason.Code));
        Assert.Equal(2, executed.Included.Count);
        Assert.Null(Read("a"));
        using StoreView view = _run.Store.OpenCommitted();
        byte[] old = KeyValueRequests.Put("5", "a", "x", _nowMs - 1);
        Assert.Equal(410, _run.Ledger.Admit(old, Caller.Anonymous, view).Refusal!.Code);
    }

    [Fact]
    public void Ids_are_forgotten_when_their_requests_have_expired_and_not_before()
    {
        for (int batch = 0; batch < 50; batch++)
        {
            List<AdmittedTransaction> transactions = [];
            for (int i = 0; i < 20; i++)
                transactions.Add(Decode(KeyValueRequests.Put($"{batch}-{i}", "a", "x", _nowMs + 2000)));
            Assert.Equal(20, Execute(transactions).Included.Count);
            _nowMs += 1000;
        }
        // Three batches may still be repeated; with an outcome and an expiry each, the data and the clock.
        Assert.InRange(_run.Store.Statistics.Keys, (3 * 20 * 2) + 2, (4 * 20 * 2) + 2);
    }

    [Fact]
    public void Refused_transactions_do_not_change_how_many_ids_are_forgotten()
    {
        using var other = new LedgerRun(new KeyValueLedger(new SortedDictionary<string, string>(StringComparer.Ordinal)));
        List<AdmittedTransaction> many = [];
        for (int i = 0; i < 200; i++) many.Add(Decode(KeyValueRequests.Put("old" + i, "a", "x", _nowMs)));
        AdmittedTransaction fresh = Decode(KeyValueRequests.Put("new", "a", "y"));
        var later = new BatchEnvironment(_nowMs + 1, Hash256.Zero);
        foreach (LedgerRun run in new[] { _run, other }) run.Execute(new BatchEnvironment(_nowMs, Hash256.Zero), many);
        BatchRecord with = _run.Execute(later, [.. many, fresh]).Record;
        BatchRecord without = other.Execute(later, [fresh]).Record;
        Assert.Equal([fresh.Request], with.Requests);
        Assert.Equal(without.WriteSet.ToArray(), with.WriteSet.ToArray());
    }

    private Outcome Run(byte[] request)
    {
        AdmittedTransaction transaction = _run.Admit([request])[0];
        Assert.Single(Execute([transaction]).Included);
        using StoreView view = _run.Store.OpenCommitted();
        Assert.True(view.TryGet(KeyValueMaps.Executed, transaction.Id.Span, out ReadOnlySpan<byte> encoded));
        Assert.True(Outcome.TryDecode(encoded, out Outcome outcome));
        Assert.Equal(view.Version, outcome.Batch);
        return outcome;
    }

    private IExecutedBatch Execute(IReadOnlyList<AdmittedTransaction> transactions)
    {
        IExecutedBatch executed = _run.Execute(new BatchEnvironment(_nowMs, Hash256.Zero), transactions).Executed;
        _run.Commit();
        return executed;
    }

    private AdmittedTransaction Decode(byte[] request)
    {
        Assert.True(_run.Ledger.TryDecodeAdmitted(request, out AdmittedTransaction? transaction));
        return transaction!;
    }

    private string? Read(string key)
    {
        using StoreView view = _run.Store.OpenCommitted();
        return view.TryGet(KeyValueMaps.Data, Encoding.UTF8.GetBytes(key), out ReadOnlySpan<byte> value)
            ? Encoding.UTF8.GetString(value)
            : null;
    }
}
