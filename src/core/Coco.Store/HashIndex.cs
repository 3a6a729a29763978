using System.Runtime.CompilerServices;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Finds the entry of a key, in all maps: extendible hashing over segments of 4 KiB with linear probing inside. Growing splits
/// one segment (510 slots) or doubles the directory (4 bytes a segment), so no insertion waits long. One writer; readers need no
/// lock: a slot is one 64-bit word, a split builds new segments and then publishes them, and the old one is reclaimed when no
/// reader can be in it.
/// </summary>
internal sealed class HashIndex
{
    private const int SegmentBytes = 4096;
    private const int FirstSlot = 2;
    private const int Slots = (SegmentBytes / sizeof(ulong)) - FirstSlot;
    private const int MaxUsed = Slots * 3 / 4;
    private const int MaxDepth = 24;

    /// <summary>Entries of a segment that is filled at once: all have about as many, and should not all be split soon after.</summary>
    private const int MaxFilled = MaxUsed * 7 / 8;

    /// <summary>The reference of a slot whose entry was removed: probing goes on behind it.</summary>
    private const uint Removed = 1;

    private readonly Slabs _slabs;
    private readonly Reclaimer _reclaimer;
    private Directory _directory;

    public HashIndex(Slabs slabs, Reclaimer reclaimer)
    {
        _slabs = slabs;
        _reclaimer = reclaimer;
        _directory = new Directory(1);
        for (int i = 0; i < 2; i++) _directory.Segments[i] = NewSegment(1);
    }

    public uint Find(uint tag, ushort map, ReadOnlySpan<byte> key)
    {
        uint segment = SegmentOf(tag);
        for (int slot = HomeSlot(tag); ; slot = NextSlot(slot))
        {
            ulong word = Volatile.Read(ref Slot(segment, slot));
            if (word == 0) return Slabs.None;
            uint entry = (uint)word;
            if ((uint)(word >> 32) == tag && entry != Removed && Holds(entry, map, key)) return entry;
        }
    }

    /// <summary>Adds an entry that <see cref="Find"/> did not find; its block is complete.</summary>
    public void Insert(uint tag, uint entry)
    {
        uint segment = SegmentOf(tag);
        while (Header(segment).Used >= MaxUsed)
        {
            Grow(tag, segment);
            segment = SegmentOf(tag);
        }
        int slot = HomeSlot(tag);
        while ((uint)Slot(segment, slot) > Removed) slot = NextSlot(slot);
        ref ulong place = ref Slot(segment, slot);
        ref SegmentHeader header = ref Header(segment);
        if (place == 0) header.Used++;
        header.Live++;
        Volatile.Write(ref place, WordOf(tag, entry));
    }

    /// <summary>
    /// Takes in all entries of an empty index at once, as words of tag and entry: each segment is filled while it is in the processor's
    /// cache, which inserting one by one has to wait for each time.
    /// </summary>
    /// <param name="words">From <see cref="WordOf"/>; sorted here.</param>
    public void Fill(Span<ulong> words)
    {
        words.Sort();
        uint[] empty = [.. _directory.Segments];
        Fill(words, 0, 0);
        foreach (uint segment in empty) _slabs.Free(segment, SegmentBytes);
    }

    public static ulong WordOf(uint tag, uint entry) => ((ulong)tag << 32) | entry;

    public void Remove(uint tag, uint entry)
    {
        uint segment = SegmentOf(tag);
        ulong sought = WordOf(tag, entry);
        int slot = HomeSlot(tag);
        for (ulong word = Slot(segment, slot); word != sought; word = Slot(segment, slot))
        {
            Invariant.Holds(word != 0, "a removed entry is in the index");
            slot = NextSlot(slot);
        }
        Header(segment).Live--;
        Volatile.Write(ref Slot(segment, slot), Removed);
    }

    /// <summary>
    /// Copies the entries of the segment that holds <paramref name="tag"/> and returns the first tag behind it (2^32 at the end),
    /// for walks beside the writer: each key that was there when the walk began is met exactly once.
    /// </summary>
    public ulong CopySegment(uint tag, List<uint> entries)
    {
        uint segment = SegmentOf(tag);
        for (int slot = FirstSlot; slot < FirstSlot + Slots; slot++)
        {
            uint entry = (uint)Volatile.Read(ref Slot(segment, slot));
            if (entry > Removed) entries.Add(entry);
        }
        ulong width = 1UL << (32 - Header(segment).Depth);
        return (tag & ~(width - 1)) + width;
    }

    private static int HomeSlot(uint tag) => FirstSlot + (int)(((tag * 0x9E3779B1u >> 16) * Slots) >> 16);

    private static int NextSlot(int slot) => slot == FirstSlot + Slots - 1 ? FirstSlot : slot + 1;

    private ref ulong Slot(uint segment, int slot) => ref _slabs.At<ulong>(segment, slot * sizeof(ulong));

    private ref SegmentHeader Header(uint segment) => ref _slabs.At<SegmentHeader>(segment);

    private uint SegmentOf(uint tag)
    {
        Directory directory = Volatile.Read(ref _directory);
        return Volatile.Read(ref directory.Segments[tag >> directory.Shift]);
    }

    private bool Holds(uint entry, ushort map, ReadOnlySpan<byte> key)
    {
        ref EntryHeader header = ref _slabs.At<EntryHeader>(entry);
        return header.Map == map && header.KeyLength == key.Length
            && _slabs.Bytes(entry, header.KeyOffset, key.Length).SequenceEqual(key);
    }

    private uint NewSegment(int depth)
    {
        uint segment = _slabs.Allocate(SegmentBytes);
        _slabs.Bytes(segment, 0, SegmentBytes).Clear();
        Header(segment).Depth = (ushort)depth;
        return segment;
    }

    /// <summary>Fills the segments of one prefix of <paramref name="depth"/> bits with its words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(ReadOnlySpan<ulong> words, int depth, uint prefix)
    {
        if (depth == 0 || words.Length > MaxFilled)
        {
            Invariant.Holds(depth < MaxDepth, "keys spread over the index");
            int low = CountBelow(words, (ulong)((prefix << 1) | 1) << (63 - depth));
            Fill(words[..low], depth + 1, prefix << 1);
            Fill(words[low..], depth + 1, (prefix << 1) | 1);
            return;
        }
        while (depth > 32 - _directory.Shift) Double();
        uint segment = NewSegment(depth);
        foreach (ulong word in words) Copy(word, segment);
        Publish(prefix << (32 - depth), depth, segment, segment);
    }

    private static int CountBelow(ReadOnlySpan<ulong> sorted, ulong bound)
    {
        int at = sorted.BinarySearch(bound);
        return at < 0 ? ~at : at;
    }

    /// <summary>Replaces a full segment by two, or by one where removed slots fill it.</summary>
    private void Grow(uint tag, uint segment)
    {
        int depth = Header(segment).Depth;
        int newDepth = Header(segment).Live > MaxUsed / 2 ? depth + 1 : depth;
        if (newDepth > 32 - _directory.Shift) Double();
        uint low = NewSegment(newDepth);
        uint high = newDepth == depth ? low : NewSegment(newDepth);
        for (int slot = FirstSlot; slot < FirstSlot + Slots; slot++)
        {
            ulong word = Slot(segment, slot);
            if ((uint)word > Removed) Copy(word, ((uint)(word >> 32) >> (32 - newDepth) & 1) == 0 ? low : high);
        }
        Publish(tag, depth, low, high);
        _reclaimer.Retire(segment, SegmentBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Copy(ulong word, uint segment)
    {
        int slot = HomeSlot((uint)(word >> 32));
        while (Slot(segment, slot) != 0) slot = NextSlot(slot);
        Slot(segment, slot) = word;
        Header(segment).Used++;
        Header(segment).Live++;
    }

    private void Publish(uint tag, int depth, uint low, uint high)
    {
        uint[] segments = _directory.Segments;
        int count = 1 << (32 - _directory.Shift - depth);
        int first = (int)(tag >> _directory.Shift) & ~(count - 1);
        for (int i = 0; i < count; i++) Volatile.Write(ref segments[first + i], i < count / 2 ? low : high);
    }

    private void Double()
    {
        int depth = 32 - _directory.Shift + 1;
        Invariant.Holds(depth <= MaxDepth, "keys spread over the index");
        var larger = new Directory(depth);
        for (int i = 0; i < larger.Segments.Length; i++) larger.Segments[i] = _directory.Segments[i >> 1];
        Volatile.Write(ref _directory, larger);
    }

    private struct SegmentHeader
    {
        public ushort Depth;

        /// <summary>Slots that probing does not stop at.</summary>
        public ushort Used;

        public ushort Live;
    }

    /// <summary>The segment of each prefix of <c>32 - Shift</c> bits of the tag.</summary>
    private sealed class Directory(int depth)
    {
        public readonly int Shift = 32 - depth;
        public readonly uint[] Segments = new uint[1 << depth];
    }
}
