using System.Buffers.Binary;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>The keys of all maps that are not kept in order, as one version has them, put into the canonical order.</summary>
internal static class KeyOrder
{
    private const int BeginningBytes = 6;

    /// <summary>
    /// Entries by map and then by key. They stay while the version is pinned, so only the walk over the index needs an epoch, and only
    /// for one segment at a time.
    /// </summary>
    /// <param name="slot">Pins the version.</param>
    public static ReadOnlyMemory<uint> Of(VersionedStore store, int slot, BatchNumber version)
    {
        if (store.Maps.All(map => map.Kind == MapKind.Ordered)) return default;
        Entries entries = store.Entries;
        var found = new List<uint>();
        var segment = new List<uint>();
        for (ulong tag = 0; tag <= uint.MaxValue;)
        {
            store.EnterEpoch(slot);
            tag = entries.CopySegment((uint)tag, segment);
            foreach (uint entry in segment)
                if (!entries.IsOrdered(entry) && entries.TryRead(entry, version.Value, out _)) found.Add(entry);
            segment.Clear();
            store.LeaveEpoch(slot);
        }
        return Sort(entries, [.. found]);
    }

    /// <summary>Most keys differ in their first bytes, which are compared as numbers and without a look at the entries.</summary>
    private static uint[] Sort(Entries entries, uint[] found)
    {
        ulong[] beginnings = Array.ConvertAll(found, entry => BeginningOf(entries, entry));
        Array.Sort(beginnings, found);
        Comparison<uint> order = new EntryOrder(entries).Compare;
        for (int from = 0, to; from < found.Length; from = to)
        {
            for (to = from + 1; to < found.Length && beginnings[to] == beginnings[from];) to++;
            found.AsSpan(from, to - from).Sort(order);
        }
        return found;
    }

    private static ulong BeginningOf(Entries entries, uint entry)
    {
        Span<byte> beginning = stackalloc byte[sizeof(ulong)];
        beginning.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(beginning, entries.Header(entry).Map);
        ReadOnlySpan<byte> key = entries.KeyOf(entry);
        key[..Math.Min(key.Length, BeginningBytes)].CopyTo(beginning[sizeof(ushort)..]);
        return BinaryPrimitives.ReadUInt64BigEndian(beginning);
    }
}
