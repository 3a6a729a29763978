using System.Runtime.CompilerServices;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>Reads of one version, from any threads until it is disposed; no read begins or runs while it is being disposed.</summary>
public sealed class StoreView : IReadView, IDisposable
{
    private readonly VersionedStore _store;
    private readonly Entries _entries;
    private readonly long _rollBacks;
    private readonly bool _isHead;
    private int _slot;

    // The entries that the last range steps returned, which the next ones most often start behind: by map, so that walks over
    // several maps at once do not disturb each other.
    private LastInRange _lastInRange;

    internal StoreView(VersionedStore store, int slot, BatchNumber version, bool isHead)
    {
        _store = store;
        _entries = store.Entries;
        _slot = slot;
        Version = version;
        _isHead = isHead;
        _rollBacks = store.RollBacks;
    }

    public BatchNumber Version { get; }

    public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        RequireOpen();
        return _entries.TryRead(_entries.Find(map, key), Version.Value, out value);
    }

    // A node that starts walks over its whole state before the runtime has counted enough calls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryGetNext(
        MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        RequireOpen();
        ref uint place = ref _lastInRange[map.Value % LastInRange.Maps];
        uint last = Volatile.Read(ref place);
        bool found = IsJustAfter(last, map, from)
            ? _entries.TryReadAfter(last, Version.Value, out uint entry, out value)
            : _entries.TryReadNext(map, from, Version.Value, out entry, out value);
        key = found ? _entries.KeyOf(entry) : default;
        if (found) Volatile.Write(ref place, entry);
        return found;
    }

    public void Dispose()
    {
        int slot = Interlocked.Exchange(ref _slot, -1);
        if (slot >= 0) _store.Release(slot);
    }

    /// <summary>A key that this view has seen stands in its place while the view is open.</summary>
    private bool IsJustAfter(uint entry, MapId map, ReadOnlySpan<byte> from)
    {
        if (entry == Slabs.None || from.IsEmpty || from[^1] != 0 || _entries.Header(entry).Map != map.Value) return false;
        return _entries.KeyOf(entry).SequenceEqual(from[..^1]);
    }

    private void RequireOpen()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _slot) < 0, this);
        Invariant.Holds(!_isHead || _rollBacks == _store.RollBacks, "a view of the head does not outlive a roll back");
    }

    [InlineArray(Maps)]
    private struct LastInRange
    {
        public const int Maps = 4;

        private uint _first;
    }
}
