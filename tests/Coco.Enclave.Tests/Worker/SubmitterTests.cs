using Coco.Executor;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Store;
using Coco.Worker;

namespace Coco.Enclave.Tests.Worker;

public sealed class SubmitterTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Submission Committed = new(SubmissionState.Committed, null);

    private readonly KeyValueLedger _ledger = new(new SortedDictionary<string, string>(StringComparer.Ordinal));
    private readonly VersionedStore _store;
    private readonly ExecutorLoop _loop;
    private readonly Submitter _submitter;

    public SubmitterTests()
    {
        _store = new VersionedStore(_ledger.Description.Maps);
        _loop = new ExecutorLoop(new Coco.Executor.Executor(_ledger, _store, new ExecutorSettings()), _ => { }, () => { }, new PauseMeter(), _ => { });
        _submitter = new Submitter(() => _loop);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _store.Dispose();
        ((ILedger)_ledger).Dispose();
    }

    [Fact]
    public async Task Each_submission_is_completed_by_its_own_ticket()
    {
        Task<Submission> one = _submitter.SubmitAsync(Transaction("1"), CancellationToken.None).AsTask();
        Task<Submission> two = _submitter.SubmitAsync(Transaction("2"), CancellationToken.None).AsTask();
        _submitter.Complete(new CompleteEffect(2, Committed));
        Assert.Equal(Committed, await two.WaitAsync(Patience));
        Assert.False(one.IsCompleted);
        var refused = new Submission(SubmissionState.Refused, new Refusal(409, "used"));
        _submitter.Complete(new CompleteEffect(1, refused));
        _submitter.Complete(new CompleteEffect(1, Committed)); // nobody waits any more
        Assert.Equal(refused, await one.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_client_that_goes_away_stops_waiting()
    {
        using var gone = new CancellationTokenSource();
        Task<Submission> waiting = _submitter.SubmitAsync(Transaction("1"), gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _submitter.Complete(new CompleteEffect(1, Committed));
    }

    [Fact]
    public async Task More_than_may_be_on_their_way_are_refused_at_once_until_others_are_answered()
    {
        KeyValueTransaction transaction = Transaction("1");
        Task<Submission>[] underWay = [.. Enumerable.Range(0, 65_536).Select(_ => _submitter.SubmitAsync(transaction, CancellationToken.None).AsTask())];
        Assert.Equal(SubmissionState.Busy, (await _submitter.SubmitAsync(transaction, CancellationToken.None).AsTask().WaitAsync(Patience)).State);
        _submitter.Complete(new CompleteEffect(7, Committed));
        await underWay[6].WaitAsync(Patience);
        Task<Submission> next = _submitter.SubmitAsync(transaction, CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        _submitter.Complete(new CompleteEffect(65_537, Committed));
        Assert.Equal(Committed, await next.WaitAsync(Patience));
    }

    [Fact]
    public async Task The_pool_is_asked_on_the_executors_thread_after_what_was_submitted_before()
    {
        _loop.Start();
        _loop.Post(new RoleInput(new Term(1), IsLeader: false, HasLeader: true, default));
        Task<Submission> waiting = _submitter.SubmitAsync(Transaction("1"), CancellationToken.None).AsTask();
        (int count, string? thread) = await _submitter.QueryPoolAsync(pool => (pool.Count, Thread.CurrentThread.Name), CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.Equal("executor", thread);
        Assert.InRange(count, 0, 1);
        Assert.False(waiting.IsCompleted); // nothing commits it here
    }

    [Fact]
    public async Task A_question_that_fails_is_the_askers_problem_and_the_executor_goes_on()
    {
        _loop.Start();
        await Assert.ThrowsAsync<FormatException>(
            () => _submitter.QueryPoolAsync<int>(_ => throw new FormatException(), CancellationToken.None).AsTask().WaitAsync(Patience));
        Assert.Equal(0, await _submitter.QueryPoolAsync(pool => pool.Count, CancellationToken.None).AsTask().WaitAsync(Patience));
    }

    private static KeyValueTransaction Transaction(string id)
    {
        var writer = new ByteWriter();
        KeyValueTransaction.EncodeRequest(
            writer, KeyValueOperation.Put, ulong.MaxValue, System.Text.Encoding.UTF8.GetBytes(id), "key"u8, null, "value"u8.ToArray());
        Assert.True(KeyValueTransaction.TryDecode(writer.ToArray(), out KeyValueTransaction? transaction));
        return transaction!;
    }
}
