using Coco.Crypto;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Enclave.Tests.Worker;

/// <summary>When an executor forms a batch, and when it sends on what it took for the leader.</summary>
public sealed class BatchFormingTests : IDisposable
{
    private const ulong StartUnixMs = 1_700_000_000_000;

    private static readonly RoleInput Leader = new(new Term(1), IsLeader: true, HasLeader: true, default);
    private static readonly RoleInput Follower = new(new Term(2), IsLeader: false, HasLeader: true, default);

    private readonly KeyValueLedger _ledger = new(new SortedDictionary<string, string>(StringComparer.Ordinal));
    private readonly VersionedStore _store;
    private readonly Coco.Executor.Executor _executor;
    private readonly ExecutorEffects _effects = new();
    private readonly List<IExecutedBatch> _formed = [];
    private readonly List<int> _forwarded = [];
    private ulong _submitted;

    public BatchFormingTests()
    {
        _store = new VersionedStore(_ledger.Description.Maps);
        _executor = new Coco.Executor.Executor(_ledger, _store, new ExecutorSettings
        {
            MinPipelinedTransactions = 5,
            LoadTransactions = 2,
            BatchIntervalMs = 16,
            ForwardIntervalMs = 4,
        });
        Step(new TimeInput(new Tick(100), StartUnixMs));
        Step(Leader);
        Step(new RandomInput([.. Enumerable.Range(0, 32).Select(_ => Hash256.Zero)]));
        Flush();
        Commit(); // genesis
    }

    public void Dispose()
    {
        _store.Dispose();
        ((ILedger)_ledger).Dispose();
    }

    [Fact]
    public void Transactions_of_the_batch_under_way_do_not_count_for_the_next_one()
    {
        Submit(5);
        Assert.Equal([5], Sizes());
        Submit(4);
        Assert.Equal([5], Sizes());
        Submit(1);
        Assert.Equal([5, 5], Sizes());
    }

    [Fact]
    public void As_many_as_the_last_batch_had_do_not_wait_for_the_interval()
    {
        Submit(3);
        Commit();
        Submit(2);
        Assert.Equal([3], Sizes());
        Assert.True(_executor.IsGathering);
        Submit(1);
        Assert.Equal([3, 3], Sizes());
    }

    [Fact]
    public void Fewer_than_the_last_batch_had_wait_for_the_interval_and_no_longer()
    {
        Submit(3);
        Commit();
        Submit(2);
        At(115);
        Assert.Equal([3], Sizes());
        At(116);
        Assert.Equal([3, 2], Sizes());
    }

    [Fact]
    public void A_transaction_that_comes_alone_is_sent_to_the_leader_at_once_and_those_after_it_together()
    {
        Step(Follower);
        Submit(1);
        Assert.Equal([1], _forwarded);
        Submit(2);
        Submit(1);
        At(103);
        Assert.Equal([1], _forwarded);
        Assert.True(_executor.IsGathering);
        At(104);
        Assert.Equal([1, 3], _forwarded);
    }

    private int[] Sizes() => [.. _formed.Skip(1).Select(batch => batch.Included.Count)];

    private void Submit(int count)
    {
        for (int i = 0; i < count; i++) Step(new SubmittedInput(++_submitted, Transaction($"{_submitted}")));
        Flush();
    }

    private void At(ulong tick)
    {
        Step(new TimeInput(new Tick(tick), StartUnixMs + tick));
        Flush();
    }

    /// <summary>Seals and commits the last batch.</summary>
    private void Commit()
    {
        IExecutedBatch batch = _formed[^1];
        var results = new ByteWriter();
        batch.Seal(results, new BatchClaims());
        Step(new SealedInput(batch, results.ToArray(), Hash256.Zero));
        Step(new CommittedInput(batch.Number, new LogIndex((ulong)_formed.Count)));
        Flush();
    }

    private void Flush()
    {
        _executor.Flush(_effects);
        Take();
    }

    private void Step(ExecutorInput input)
    {
        _executor.Step(input, _effects);
        Take();
    }

    private void Take()
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            if (_effects[i] is SealEffect seal) _formed.Add(seal.Batch);
            if (_effects[i] is ForwardEffect forward) _forwarded.Add(forward.Transactions.Count);
        }
        _effects.Clear();
    }

    private static KeyValueTransaction Transaction(string id)
    {
        var writer = new ByteWriter();
        KeyValueTransaction.EncodeRequest(
            writer, KeyValueOperation.Put, StartUnixMs + 60_000, System.Text.Encoding.UTF8.GetBytes(id), "key"u8, null, "value"u8.ToArray());
        Assert.True(KeyValueTransaction.TryDecode(writer.ToArray(), out KeyValueTransaction? transaction));
        return transaction!;
    }
}
