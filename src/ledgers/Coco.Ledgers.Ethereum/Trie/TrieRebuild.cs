using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Builds the trie of a whole state, on all processors: a node waits for it before it serves. Leaves are gathered by the first byte of
/// their keys, the slots beside the accounts; then part after part is built and hashed, slots first, since an account holds their root.
/// </summary>
/// <param name="largeFrom">Slots from which on a storage is built in parts.</param>
internal sealed class TrieRebuild(TrieForest forest, Dictionary<uint, Hash256> owners, int largeFrom)
{
    private readonly LeafBag[] _accounts = LeafBag.OfFirstBytes();
    private readonly SlotLeaves _slots = new(largeFrom);
    private readonly Dictionary<uint, TrieNode> _storages = [];

    /// <summary>Of a state in a store: the top, clean; <c>owners</c> tells afterwards whose each storage is.</summary>
    public TrieNode Run(IReadView view)
    {
        Parallel.Invoke(() => GatherAccounts(view), () => GatherSlots(view));
        return Build();
    }

    /// <summary>The same of a state as its first batch writes it: nothing but accounts and slots that are there.</summary>
    public TrieNode Run(StateDelta state)
    {
        Parallel.Invoke(() => GatherAccounts(state), () => GatherSlots(state));
        return Build();
    }

    private TrieNode Build()
    {
        BuildSmall();
        BuildLarge();
        return BuildAccounts();
    }

    private void GatherAccounts(StateDelta state)
    {
        var value = new ByteWriter();
        foreach (AccountWrite account in state.Accounts)
        {
            value.Clear();
            account.Account.Write(value);
            Add(account.Key, account.Account.Storage, value.Span);
        }
    }

    private void GatherSlots(StateDelta state)
    {
        Span<byte> value = stackalloc byte[UInt256.Size];
        foreach (SlotWrite slot in state.Slots) _slots.Add(slot.Storage, slot.Key, value[..CompactCodec.WriteTrimmed(value, slot.Value)]);
        _slots.Finish();
    }

    private void Add(in Hash256 key, uint storage, ReadOnlySpan<byte> value)
    {
        if (storage != 0) owners[storage] = key;
        _accounts[key.Span[0]].Add(key.Span, value);
    }

    private void GatherAccounts(IReadView view)
    {
        var leaves = new LeafHasher(AddFromStore);
        Span<byte> from = stackalloc byte[Address.Size + 1];
        int length = 0;
        while (view.TryGetNext(EthereumMaps.Accounts, from[..length], out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            leaves.Add(0, key, value);
            length = After(key, from);
        }
        leaves.Finish();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFromStore(uint storage, in Hash256 key, ReadOnlySpan<byte> value)
    {
        Invariant.Holds(AccountRecord.TryRead(value, out AccountRecord account), "an account in the store is well formed");
        Add(key, account.Storage, value);
    }

    private void GatherSlots(IReadView view)
    {
        var leaves = new LeafHasher(_slots.Add);
        Span<byte> from = stackalloc byte[StorageKey.MaxSize + 1];
        Span<byte> word = stackalloc byte[UInt256.Size];
        int length = 0;
        while (view.TryGetNext(EthereumMaps.Storage, from[..length], out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            Invariant.Holds(StorageKey.TryRead(key, out uint storage, out UInt256 slot), "a slot in the store is well formed");
            slot.WriteBigEndian(word);
            leaves.Add(storage, word, value);
            length = After(key, from);
        }
        leaves.Finish();
        _slots.Finish();
    }

    private static int After(ReadOnlySpan<byte> key, Span<byte> from)
    {
        key.CopyTo(from);
        from[key.Length] = 0;
        return key.Length + 1;
    }

    private void BuildSmall() => InParallel(_slots.Small, (builder, some) =>
    {
        var tops = new List<TrieNode>(some.Ends.Count);
        int start = 0;
        foreach ((uint storage, int end) in some.Ends)
        {
            tops.Add(IsOwned(storage) ? builder.Build(TrieKind.Slot, some.Leaves.Bytes[start..end], 0) : TrieNode.None);
            start = end;
        }
        builder.Hash(CollectionsMarshal.AsSpan(tops));
        lock (_storages)
            for (int i = 0; i < tops.Count; i++) _storages[some.Ends[i].Storage] = tops[i];
    });

    private void BuildLarge()
    {
        IEnumerable<(LargeStorage Of, int Part)> parts = _slots.Large.Where(large => IsOwned(large.Storage))
            .SelectMany(large => Enumerable.Range(0, large.Tops.Length), (large, part) => (large, part));
        InParallel([.. parts], (builder, part) => part.Of.Tops[part.Part] = Part(builder, TrieKind.Slot, part.Of.Leaves, part.Part));
        InParallel(_slots.Large, (builder, large) =>
        {
            TrieNode top = builder.Join(large.Tops);
            builder.Hash([top]);
            lock (_storages) _storages[large.Storage] = top;
        });
    }

    private TrieNode BuildAccounts()
    {
        var parts = new TrieNode[_accounts.Length];
        InParallel([.. Enumerable.Range(0, parts.Length)], (builder, part) => parts[part] = Part(builder, TrieKind.Account, _accounts, part));
        TrieNode top = TrieNode.None;
        InParallel([parts], (builder, all) =>
        {
            top = builder.Join(all);
            builder.Hash([top]);
        });
        return top;
    }

    /// <summary>Slots without an account are garbage under an old name.</summary>
    private bool IsOwned(uint storage) => owners.ContainsKey(storage);

    /// <summary>Builds and hashes the leaves whose keys begin with a byte, and lets go of them.</summary>
    private static TrieNode Part(TrieBuilder builder, TrieKind kind, LeafBag[] leaves, int part)
    {
        TrieNode top = builder.Build(kind, leaves[part].Bytes, above: 2);
        builder.Hash([top]);
        leaves[part] = new LeafBag();
        return top;
    }

    private void InParallel<T>(IReadOnlyList<T> portions, Action<TrieBuilder, T> build) => Parallel.ForEach(
        portions,
        () => new TrieBuilder(forest, storage => _storages.GetValueOrDefault(storage)),
        (portion, _, builder) =>
        {
            build(builder, portion);
            return builder;
        },
        builder => builder.End());
}
