using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Socket;

/// <summary>What holds for the pool of every ledger; part of <see cref="LedgerSocketConformance"/>.</summary>
public abstract class LedgerPoolConformance : LedgerSocketConformance
{
    [Fact]
    public void A_pool_gives_what_it_took_once_and_in_order()
    {
        using LedgerRun run = Start();
        (ITransactionPool pool, IReadOnlyList<AdmittedTransaction> all) = Fill(run, 10);
        using StoreView head = run.Store.OpenHead();
        List<AdmittedTransaction> batch = [];
        Assert.True(pool.HasReady);
        pool.Take(4, long.MaxValue, head, batch);
        Assert.Equal(4, batch.Count);
        pool.Take(100, long.MaxValue, head, batch);
        Assert.Equal(all, batch);
        Assert.False(pool.HasReady);
        pool.Take(1, long.MaxValue, head, batch);
        Assert.Equal(10, batch.Count);
    }

    [Fact]
    public void A_transaction_is_in_a_pool_once()
    {
        using LedgerRun run = Start();
        (ITransactionPool pool, IReadOnlyList<AdmittedTransaction> all) = Fill(run, 3);
        using StoreView head = run.Store.OpenHead();
        Assert.True(pool.Add(all[0], new NodeId(2), head).IsKnown);
        Assert.Equal(3, pool.Count);
        pool.Take(3, long.MaxValue, head, []);
        Assert.True(pool.Add(all[1], new NodeId(2), head).IsKnown);
    }

    [Fact]
    public void What_returns_waits_again_in_its_order()
    {
        using LedgerRun run = Start();
        (ITransactionPool pool, IReadOnlyList<AdmittedTransaction> all) = Fill(run, 9);
        using StoreView head = run.Store.OpenHead();
        List<AdmittedTransaction> first = [], second = [], batch = [];
        pool.Take(3, long.MaxValue, head, first);
        pool.Take(3, long.MaxValue, head, second);
        pool.Return(second, head);
        pool.Return(first, head);
        pool.Take(9, long.MaxValue, head, batch);
        Assert.Equal(all, batch);
    }

    [Fact]
    public void What_is_committed_or_removed_leaves()
    {
        using LedgerRun run = Start();
        (ITransactionPool pool, IReadOnlyList<AdmittedTransaction> all) = Fill(run, 6);
        List<AdmittedTransaction> batch = [], replaced = [];
        using (StoreView head = run.Store.OpenHead()) pool.Take(3, long.MaxValue, head, batch);
        run.Execute(EnvironmentOf(1), batch);
        List<Hash256> ids = run.Commit();
        using StoreView committed = run.Store.OpenCommitted();
        pool.Committed(ids, committed, replaced);
        Assert.Equal(3, pool.Count);
        Assert.Empty(replaced);
        pool.Remove(all[5].Id);
        pool.Remove(all[5].Id);
        Assert.Equal(2, pool.Count);
        List<AdmittedTransaction> own = [];
        pool.CopyOwn(own);
        Assert.Equal(all.Skip(3).Take(2), own);
    }

    [Fact]
    public void Without_leadership_a_pool_keeps_its_own()
    {
        using LedgerRun run = Start();
        using StoreView head = run.Store.OpenHead();
        IReadOnlyList<AdmittedTransaction> all = run.Admit(CreateRequests(8));
        ITransactionPool pool = run.Ledger.CreatePool();
        // The first half is own: for a ledger whose transactions build on one another the rest stands on it.
        for (int i = 0; i < all.Count; i++) pool.Add(all[i], i < 4 ? NodeId.None : new NodeId(2), head);
        List<AdmittedTransaction> batch = [], own = [];
        pool.Take(6, long.MaxValue, head, batch);
        pool.KeepOwn(head);
        Assert.Equal(4, pool.Count);
        pool.CopyOwn(own);
        Assert.Equal(all.Take(4), own);
        batch.Clear();
        pool.Take(8, long.MaxValue, head, batch);
        Assert.Equal(all.Take(4), batch);
    }

    private (ITransactionPool Pool, IReadOnlyList<AdmittedTransaction> All) Fill(LedgerRun run, int count)
    {
        using StoreView head = run.Store.OpenHead();
        IReadOnlyList<AdmittedTransaction> all = run.Admit(CreateRequests(count));
        ITransactionPool pool = run.Ledger.CreatePool();
        Assert.False(pool.HasReady);
        foreach (AdmittedTransaction transaction in all)
        {
            PoolResult result = pool.Add(transaction, NodeId.None, head);
            Assert.Null(result.Refusal);
            Assert.False(result.IsKnown);
        }
        Assert.Equal(count, pool.Count);
        return (pool, all);
    }
}
