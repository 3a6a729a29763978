using Coco.Crypto;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Socket;

/// <summary>
/// The law of <see cref="ILedger"/> as tests. A ledger's own test class derives from it and says how to make the ledger and its
/// requests.
/// </summary>
public abstract class LedgerSocketConformance
{
    protected static readonly Caller Client = new(CallerKind.Organisation, "acme");

    /// <summary>A new ledger with nothing in it; two of them must behave as one.</summary>
    protected abstract ILedger CreateLedger();

    /// <summary>Valid requests, in an order in which they can all be executed; each call with the same arguments the same.</summary>
    protected abstract IReadOnlyList<byte[]> CreateRequests(int count);

    [Fact]
    public void The_description_names_each_map_once_and_stays_the_same()
    {
        using ILedger one = CreateLedger(), other = CreateLedger();
        Assert.NotEmpty(one.Description.Name);
        Assert.NotEmpty(one.Description.Version);
        Assert.Equal(one.Description.Maps.Count, one.Description.Maps.Select(map => map.Id).Distinct().Count());
        Assert.Equal(one.Description.Maps, other.Description.Maps);
    }

    [Fact]
    public void Executing_the_record_again_gives_the_same_write_set_and_results()
    {
        using LedgerRun leader = Start();
        List<BatchRecord> records = ExecuteAll(leader, CreateRequests(60), 7);
        using LedgerRun validator = Start();
        foreach (BatchRecord record in records)
        {
            BatchRecord again = validator.Execute(record.Environment, validator.Admit(record.Requests)).Record;
            AssertSame(record, again);
            validator.Commit();
        }
        Assert.Equal(leader.Digest(), validator.Digest());
    }

    [Fact]
    public void A_batch_claims_each_transaction_in_order_and_the_same_when_it_is_executed_again()
    {
        using LedgerRun leader = Start(), validator = Start();
        IReadOnlyList<AdmittedTransaction> transactions = leader.Admit(CreateRequests(20));
        (IExecutedBatch executed, BatchRecord record) = leader.Execute(EnvironmentOf(1), transactions);
        validator.Execute(record.Environment, validator.Admit(record.Requests));
        BatchClaims claims = leader.Claims;
        Assert.Equal(executed.Included.Select(transaction => transaction.Id), Enumerable.Range(0, claims.Count).Select(i => claims[i].Id));
        Assert.Equal(claims.Root(), validator.Claims.Root());
    }

    [Fact]
    public void What_was_rolled_back_executes_to_the_same()
    {
        using LedgerRun run = Start();
        IReadOnlyList<AdmittedTransaction> transactions = run.Admit(CreateRequests(20));
        Hash256 before = run.Digest();
        BatchRecord first = run.Execute(EnvironmentOf(1), [.. transactions.Take(10)]).Record;
        BatchRecord second = run.Execute(EnvironmentOf(2), [.. transactions.Skip(10)]).Record;
        run.RollBack();
        Assert.Equal(before, run.Digest());
        AssertSame(first, run.Execute(EnvironmentOf(1), [.. transactions.Take(10)]).Record);
        AssertSame(second, run.Execute(EnvironmentOf(2), [.. transactions.Skip(10)]).Record);
    }

    [Fact]
    public void A_follower_that_applies_write_sets_stands_where_the_leader_stands()
    {
        using LedgerRun leader = Start(), follower = Start();
        foreach (BatchRecord record in ExecuteAll(leader, CreateRequests(60), 13)) follower.Apply(record);
        Assert.Equal(leader.Digest(), follower.Digest());
        Assert.Null(follower.Ledger.Settle());
        Assert.Null(leader.Ledger.Settle());
    }

    [Fact]
    public void Applied_names_the_transactions_of_the_batch_in_order()
    {
        using LedgerRun leader = Start(), follower = Start();
        IReadOnlyList<AdmittedTransaction> transactions = leader.Admit(CreateRequests(20));
        (IExecutedBatch executed, BatchRecord record) = leader.Execute(EnvironmentOf(1), transactions);
        Hash256[] included = [.. executed.Included.Select(transaction => transaction.Id)];
        Assert.NotEmpty(included);
        Assert.Equal(included, leader.Commit());
        Assert.Equal(included, follower.Apply(record));
    }

    [Fact]
    public void Each_transaction_is_included_refused_or_neither_and_in_order()
    {
        using LedgerRun run = Start();
        IReadOnlyList<AdmittedTransaction> transactions = run.Admit(CreateRequests(30));
        IExecutedBatch executed = run.Execute(EnvironmentOf(1), transactions).Executed;
        int at = -1;
        foreach (AdmittedTransaction included in executed.Included)
        {
            int place = transactions.ToList().IndexOf(included);
            Assert.True(place > at);
            at = place;
        }
        Assert.All(executed.Refused, refused => Assert.Contains(refused.Transaction, transactions));
        Assert.Empty(executed.Included.Intersect(executed.Refused.Select(refused => refused.Transaction)));
    }

    [Fact]
    public void A_transaction_is_executed_once()
    {
        using LedgerRun run = Start();
        IReadOnlyList<AdmittedTransaction> transactions = run.Admit(CreateRequests(10));
        Assert.Equal(transactions, run.Execute(EnvironmentOf(1), transactions).Executed.Included);
        Assert.Empty(run.Execute(EnvironmentOf(2), transactions).Executed.Included);
    }

    [Fact]
    public void Refused_transactions_leave_no_trace()
    {
        using LedgerRun run = Start(), other = Start();
        IReadOnlyList<AdmittedTransaction> transactions = run.Admit(CreateRequests(20));
        run.Execute(EnvironmentOf(1), [.. transactions.Take(10)]);
        other.Execute(EnvironmentOf(1), [.. transactions.Take(10)]);
        BatchRecord with = run.Execute(EnvironmentOf(2), transactions).Record;
        BatchRecord without = other.Execute(EnvironmentOf(2), [.. transactions.Skip(10)]).Record;
        AssertSame(without, with);
    }

    [Fact]
    public void A_ledger_restored_from_a_snapshot_goes_on_as_the_one_that_wrote_it()
    {
        using LedgerRun run = Start();
        List<BatchRecord> records = ExecuteAll(run, CreateRequests(40), 10);
        using LedgerRun restored = LedgerRun.Restore(CreateLedger(), run.Store, records[^1]);
        Assert.Equal(run.Digest(), restored.Digest());
        IReadOnlyList<byte[]> more = [.. CreateRequests(60).Skip(40)];
        AssertSame(run.Execute(EnvironmentOf(9), run.Admit(more)).Record, restored.Execute(EnvironmentOf(9), restored.Admit(more)).Record);
        AssertSame(run.Execute(EnvironmentOf(10), []).Record, restored.Execute(EnvironmentOf(10), []).Record);
        Assert.Null(restored.Ledger.Settle());
    }

    [Fact]
    public void An_empty_batch_is_executed()
    {
        using LedgerRun leader = Start(), follower = Start();
        follower.Apply(leader.Execute(EnvironmentOf(1), []).Record);
        leader.Commit();
        Assert.Equal(leader.Digest(), follower.Digest());
    }

    [Fact]
    public void An_admitted_transaction_survives_the_way_to_the_leader()
    {
        using LedgerRun run = Start();
        using ILedger other = CreateLedger();
        foreach (AdmittedTransaction transaction in run.Admit(CreateRequests(20)))
        {
            var writer = new ByteWriter();
            transaction.Encode(writer);
            Assert.True(other.TryDecodeAdmitted(writer.ToArray(), out AdmittedTransaction? decoded));
            Assert.Equal(transaction.Id, decoded!.Id);
            Assert.Equal(transaction.Request.ToArray(), decoded.Request.ToArray());
            var again = new ByteWriter();
            decoded.Encode(again);
            Assert.Equal(writer.ToArray(), again.ToArray());
        }
    }

    [Fact]
    public void Any_bytes_are_admitted_or_refused_with_words()
    {
        using LedgerRun run = Start();
        IReadOnlyList<byte[]> requests = CreateRequests(10);
        var random = new Random(17);
        using StoreView view = run.Store.OpenCommitted();
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = ByteMutator.Mutate(requests[i % requests.Count], random);
            AdmissionResult result = run.Ledger.Admit(bytes, Client, view);
            Assert.True(result.Transaction is null != result.Refusal is null);
            Assert.True(result.Refusal is null || result.Refusal.Message.Length > 0);
            run.Ledger.TryDecodeAdmitted(bytes, out _);
        }
        Assert.NotNull(run.Ledger.Admit(Array.Empty<byte>(), Client, view).Refusal);
        Assert.False(run.Ledger.TryDecodeAdmitted(Array.Empty<byte>(), out _));
    }

    [Fact]
    public void Many_threads_admit_at_once()
    {
        using LedgerRun run = Start();
        IReadOnlyList<byte[]> requests = CreateRequests(50);
        Hash256[] expected = [.. run.Admit(requests).Select(transaction => transaction.Id)];
        using StoreView view = run.Store.OpenCommitted();
        Parallel.For(0, 200, i =>
        {
            AdmissionResult result = run.Ledger.Admit(requests[i % 50], Client, view);
            Assert.Equal(expected[i % 50], result.Transaction!.Id);
        });
    }

    protected static BatchEnvironment EnvironmentOf(int batch)
    {
        byte[] random = new byte[Hash256.Size];
        random.AsSpan().Fill((byte)batch);
        return new BatchEnvironment(LedgerRun.StartMs + ((ulong)batch * 1000), new Hash256(random));
    }

    private protected LedgerRun Start() => new(CreateLedger());

    private static List<BatchRecord> ExecuteAll(LedgerRun run, IReadOnlyList<byte[]> requests, int batchSize)
    {
        var records = new List<BatchRecord>();
        for (int at = 0; at < requests.Count; at += batchSize)
        {
            IReadOnlyList<AdmittedTransaction> transactions = run.Admit([.. requests.Skip(at).Take(batchSize)]);
            records.Add(run.Execute(EnvironmentOf(records.Count + 1), transactions).Record);
            run.Commit();
        }
        return records;
    }

    private static void AssertSame(BatchRecord expected, BatchRecord actual)
    {
        Assert.Equal(expected.Number, actual.Number);
        Assert.Equal(expected.WriteSet.ToArray(), actual.WriteSet.ToArray());
        Assert.Equal(expected.Results.ToArray(), actual.Results.ToArray());
        Assert.Equal(expected.Requests.Select(request => request.ToArray()), actual.Requests.Select(request => request.ToArray()));
    }
}
