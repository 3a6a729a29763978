using System.Runtime.CompilerServices;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Some small storages: their leaves, one storage after the other, and where each ends.</summary>
internal sealed class SmallStorages
{
    public LeafBag Leaves { get; } = new();
    public List<(uint Storage, int End)> Ends { get; } = [];
}

/// <summary>A storage large enough to be built in parts, by the first byte of the keys.</summary>
internal sealed class LargeStorage(uint storage)
{
    public uint Storage => storage;
    public LeafBag[] Leaves { get; } = LeafBag.OfFirstBytes();
    public TrieNode[] Tops { get; } = new TrieNode[1 << 8];
}

/// <summary>The slots of a state in portions for several threads; they come storage by storage.</summary>
/// <param name="largeFrom">Slots from which on a storage is large.</param>
internal sealed class SlotLeaves(int largeFrom)
{
    private SmallStorages _small = new();
    private LargeStorage? _large;
    private uint _storage;
    private int _start;
    private int _count;

    public List<SmallStorages> Small { get; } = [];
    public List<LargeStorage> Large { get; } = [];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(uint storage, in Hash256 key, ReadOnlySpan<byte> value)
    {
        if (storage != _storage) Close();
        _storage = storage;
        if (_large is { } large)
        {
            large.Leaves[key.Span[0]].Add(key.Span, value);
            return;
        }
        _small.Leaves.Add(key.Span, value);
        if (++_count == largeFrom) BeLarge();
    }

    public void Finish()
    {
        Close();
        if (_small.Ends.Count > 0) Small.Add(_small);
        _small = new SmallStorages();
    }

    private void BeLarge()
    {
        Large.Add(_large = new LargeStorage(_storage));
        _small.Leaves.Move(_start, _large.Leaves);
        _count = 0;
    }

    /// <summary>The storage has no more slots.</summary>
    private void Close()
    {
        if (_count > 0) _small.Ends.Add((_storage, _small.Leaves.Length));
        if (_small.Leaves.Count >= largeFrom)
        {
            Small.Add(_small);
            _small = new SmallStorages();
        }
        _large = null;
        _count = 0;
        _start = _small.Leaves.Length;
    }
}
