using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Ethereum;

/// <summary>The trie of a state that came as a snapshot is that which the batches before made.</summary>
public sealed class TrieRebuildTests
{
    private const int Accounts = 500;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void A_rebuilt_trie_has_the_same_root(int largeFrom)
    {
        using var store = new VersionedStore(EthereumMaps.All);
        TransactionSet set = store.Begin(BatchNumber.Zero);
        var random = new Random(5);
        for (int i = 0; i < Accounts; i++) Add(set, random, (uint)(i % 50 == 0 ? (i / 50) + 1 : 0));
        var writeSet = new ByteWriter();
        set.EncodeWriteSet(writeSet);
        store.Seal(set);
        store.Commit(BatchNumber.Zero);

        Assert.True(StateDelta.TryRead(writeSet.Span, out StateDelta delta));
        var applied = new TrieUpdater();
        applied.Apply(delta, isUndoWanted: false);
        var rebuilt = new TrieUpdater();
        using (StoreView view = store.OpenCommitted()) rebuilt.Rebuild(view, largeFrom);
        Assert.Equal(applied.Trie.Root(), rebuilt.Trie.Root());
        Assert.Equal((applied.Trie.AccountCount, applied.Trie.SlotCount), (rebuilt.Trie.AccountCount, rebuilt.Trie.SlotCount));
    }

    /// <summary>A first batch that writes many accounts is built as a whole, and can be taken back and built again.</summary>
    [Fact]
    public void A_large_first_batch_has_the_root_that_its_accounts_have_one_by_one()
    {
        using var store = new VersionedStore(EthereumMaps.All);
        TransactionSet set = store.Begin(BatchNumber.Zero);
        var random = new Random(6);
        for (int i = 0; i < 6_000; i++) Add(set, random, (uint)(i % 1_000 == 0 ? (i / 1_000) + 1 : 0));
        var writeSet = new ByteWriter();
        set.EncodeWriteSet(writeSet);
        Assert.True(StateDelta.TryRead(writeSet.Span, out StateDelta delta));
        var whole = new TrieUpdater();
        StateDelta undo = whole.Apply(delta, isUndoWanted: true)!;
        Hash256 root = whole.Trie.Root();

        var parts = new TrieUpdater();
        StateDelta some = new();
        for (int i = 0; i < delta.Accounts.Count; i++)
        {
            some.Add(delta.Accounts[i]);
            if (i % 1_000 != 999) continue;
            parts.Apply(some, isUndoWanted: false);
            some = new StateDelta();
        }
        for (int i = 0; i < delta.Slots.Count; i++) some.Add(delta.Slots[i]);
        parts.Apply(some, isUndoWanted: false);
        Assert.Equal(parts.Trie.Root(), root);
        Assert.Equal((parts.Trie.AccountCount, parts.Trie.SlotCount), (whole.Trie.AccountCount, whole.Trie.SlotCount));

        whole.Apply(undo, isUndoWanted: false);
        Assert.Equal((NodeReference.EmptyRoot, 0, 0), (whole.Trie.Root(), whole.Trie.AccountCount, whole.Trie.SlotCount));
        whole.Apply(delta, isUndoWanted: false);
        Assert.Equal(root, whole.Trie.Root());
    }

    /// <summary>An account; one with a storage name has slots as well.</summary>
    private static void Add(TransactionSet set, Random random, uint storage)
    {
        byte[] address = new byte[Address.Size];
        random.NextBytes(address);
        var value = new ByteWriter();
        new AccountRecord((ulong)random.Next(1, 100), new UInt256((ulong)random.NextInt64()), AccountRecord.NoCode, storage).Write(value);
        set.Put(EthereumMaps.Accounts, address, value.Span);
        Span<byte> key = stackalloc byte[StorageKey.MaxSize];
        for (int slot = 0; storage != 0 && slot < 20 * (int)storage; slot++)
        {
            int length = StorageKey.Write(key, storage, new UInt256((ulong)random.NextInt64()));
            set.Put(EthereumMaps.Storage, key[..length], [(byte)random.Next(1, 256)]);
        }
    }
}
