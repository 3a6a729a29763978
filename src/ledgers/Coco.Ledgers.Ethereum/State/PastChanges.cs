using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// What takes the trie from a newer state back to a past one: for each key that a block since then wrote, what it held. Bounded,
/// since all of it is read key by key. On a thread that may wait.
/// </summary>
internal sealed class PastChanges(PastStates states, PastState past)
{
    /// <summary>Blocks between the past state and the newest, and keys that they wrote.</summary>
    public const ulong MaxBlocks = 1_024;
    public const int MaxKeys = 10_000;

    private readonly SortedDictionary<byte[], byte[]?> _accounts = new(ByKey.Instance);
    private readonly SortedDictionary<byte[], byte[]?> _slots = new(ByKey.Instance);
    /// <summary>The newest block whose changes are known.</summary>
    public ulong Reached { get; private set; } = past.Version.Value;

    /// <summary>Goes on to a newer block. Throws <see cref="HistoryUnavailableException"/> where that is too far.</summary>
    public void Extend(ulong to)
    {
        if (to - past.Version.Value > MaxBlocks) throw TooFar();
        for (; Reached < to; Reached++)
        {
            var writes = new WriteSetReader(states.Record(Reached + 1).WriteSet.Span);
            while (writes.TryNext())
            {
                if (writes.Map == EthereumMaps.Accounts) Note(_accounts, EthereumMaps.Accounts, writes.Key);
                else if (writes.Map == EthereumMaps.Storage) Note(_slots, EthereumMaps.Storage, writes.Key);
            }
        }
    }

    /// <summary>The changes for the trie of the block that was reached last.</summary>
    public StateDelta ToDelta()
    {
        var delta = new StateDelta();
        foreach ((byte[] address, byte[]? value) in _accounts)
        {
            AccountRecord account = default;
            Invariant.Holds(value is null || AccountRecord.TryRead(value, out account), "an account in the ledger is well formed");
            delta.Add(new AccountWrite(StateTrie.KeyOf(address), value is not null, account));
        }
        foreach ((byte[] key, byte[]? value) in _slots)
        {
            Invariant.Holds(StorageKey.TryRead(key, out uint storage, out UInt256 slot), "a slot in the ledger is well formed");
            delta.Add(new SlotWrite(storage, StateTrie.KeyOf(slot), value is null ? default : new UInt256(value)));
        }
        return delta;
    }

    private void Note(SortedDictionary<byte[], byte[]?> changed, MapId map, ReadOnlySpan<byte> key)
    {
        byte[] own = key.ToArray();
        if (changed.ContainsKey(own)) return;
        if (_accounts.Count + _slots.Count == MaxKeys) throw TooFar();
        byte[]? before = past.TryGet(map, key, out ReadOnlySpan<byte> value) ? value.ToArray() : null;
        changed.Add(own, before);
        if (map == EthereumMaps.Accounts && before is not null) NoteWiped(own, before);
    }

    /// <summary>An account that got other slots since has none of its old ones in the trie: those are still in the store, under their old name.</summary>
    private void NoteWiped(byte[] address, byte[] before)
    {
        Invariant.Holds(AccountRecord.TryRead(before, out AccountRecord account), "an account in the ledger is well formed");
        bool exists = AccountRecord.TryGet(past.Newest, new Address(address), out AccountRecord now);
        if (account.Storage == 0 || (exists && now.Storage == account.Storage)) return;
        Span<byte> from = stackalloc byte[StorageKey.MaxSize + 1];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(from, account.Storage);
        int length = sizeof(uint);
        while (past.Newest.TryGetNext(EthereumMaps.Storage, from[..length], out ReadOnlySpan<byte> key, out _)
            && StorageKey.TryRead(key, out uint storage, out _) && storage == account.Storage)
        {
            Note(_slots, EthereumMaps.Storage, key);
            key.CopyTo(from);
            from[key.Length] = 0;
            length = key.Length + 1;
        }
    }

    private HistoryUnavailableException TooFar() => new(
        $"proof window exceeded: block {past.Version} is more than {MaxBlocks} blocks or {MaxKeys} changed keys back");

    private sealed class ByKey : IComparer<byte[]>
    {
        public static ByKey Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
