using System.Buffers.Binary;

namespace Coco.Postings;

/// <summary>What a page of a segment is (docs/formats/index-segment.md).</summary>
internal enum PageKind : byte
{
    Data = 1,
    Index = 2,
    Filter = 3,
    Footer = 4,
}

/// <summary>The first four bytes of every page: kind, a zero byte, and how many items follow.</summary>
internal static class PageHead
{
    public const int Size = 4;

    public static void Write(Span<byte> page, PageKind kind, int count)
    {
        page[0] = (byte)kind;
        page[1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(page[2..], (ushort)count);
    }

    public static PageKind Kind(ReadOnlySpan<byte> page) => (PageKind)page[0];

    public static int Count(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[2..]);
}

/// <summary>Packs sorted postings into a page: each as the distance to the one before.</summary>
internal sealed class DataPageBuilder
{
    private readonly byte[] _page = new byte[Limits.PageBytes];
    private int _length;
    private Posting _last;

    public int Count { get; private set; }
    public Posting First { get; private set; }

    /// <summary>False where the page is full.</summary>
    public bool TryAdd(in Posting posting)
    {
        if (Count == 0)
        {
            Begin(posting);
            return true;
        }
        if (_length + (2 * Varint64.MaxBytes) > _page.Length || Count == ushort.MaxValue) return false;
        ulong distance = posting.Key - _last.Key;
        _length += Varint64.Write(_page.AsSpan(_length), distance);
        ulong value = distance == 0 ? posting.Value - _last.Value : Varint64.Zigzag((long)(posting.Value - First.Value));
        _length += Varint64.Write(_page.AsSpan(_length), value);
        _last = posting;
        Count++;
        return true;
    }

    /// <summary>The page, valid until the next is begun.</summary>
    public ReadOnlySpan<byte> Take()
    {
        _page.AsSpan(_length).Clear();
        PageHead.Write(_page, PageKind.Data, Count);
        Count = 0;
        return _page;
    }

    private void Begin(in Posting posting)
    {
        First = _last = posting;
        BinaryPrimitives.WriteUInt64LittleEndian(_page.AsSpan(PageHead.Size), posting.Key);
        BinaryPrimitives.WriteUInt64LittleEndian(_page.AsSpan(PageHead.Size + sizeof(ulong)), posting.Value);
        _length = PageHead.Size + (2 * sizeof(ulong));
        Count = 1;
    }
}

/// <summary>Walks the postings of a data page; the bytes may be anything.</summary>
internal struct DataPageReader(ReadOnlyMemory<byte> page)
{
    private readonly ReadOnlyMemory<byte> _page = page;
    private Posting _first;
    private int _at;
    private int _done;

    public Posting Current { get; private set; }

    /// <summary>Goes to the next posting; false at the end, or where the page is no data page.</summary>
    public bool TryNext()
    {
        ReadOnlySpan<byte> page = _page.Span;
        if (page.Length != Limits.PageBytes || _done >= PageHead.Count(page) || PageHead.Kind(page) != PageKind.Data) return false;
        if (_done++ == 0)
        {
            _first = Current = new Posting(
                BinaryPrimitives.ReadUInt64LittleEndian(page[PageHead.Size..]),
                BinaryPrimitives.ReadUInt64LittleEndian(page[(PageHead.Size + sizeof(ulong))..]));
            _at = PageHead.Size + (2 * sizeof(ulong));
            return true;
        }
        if (!Varint64.TryRead(page, ref _at, out ulong distance) || !Varint64.TryRead(page, ref _at, out ulong value)) return false;
        Current = distance == 0
            ? Current with { Value = Current.Value + value }
            : new Posting(Current.Key + distance, _first.Value + (ulong)Varint64.Unzigzag(value));
        return true;
    }
}

/// <summary>A page of a tree: the first posting below each child, and the child's page.</summary>
internal sealed class IndexPageBuilder
{
    public const int EntrySize = (2 * sizeof(ulong)) + sizeof(uint);
    public const int Capacity = (Limits.PageBytes - PageHead.Size) / EntrySize;

    private readonly byte[] _page = new byte[Limits.PageBytes];

    public int Count { get; private set; }
    public Posting First { get; private set; }

    public void Add(in Posting first, uint child)
    {
        if (Count == 0) First = first;
        Span<byte> entry = _page.AsSpan(PageHead.Size + (Count++ * EntrySize), EntrySize);
        BinaryPrimitives.WriteUInt64LittleEndian(entry, first.Key);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[sizeof(ulong)..], first.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[(2 * sizeof(ulong))..], child);
    }

    public ReadOnlySpan<byte> Take()
    {
        _page.AsSpan(PageHead.Size + (Count * EntrySize)).Clear();
        PageHead.Write(_page, PageKind.Index, Count);
        Count = 0;
        return _page;
    }

    /// <summary>The child under which the posting would stand; false where all are greater, or the page is broken.</summary>
    public static bool TryFloor(ReadOnlySpan<byte> page, in Posting wanted, out uint child)
    {
        child = 0;
        int low = 0, high = PageHead.Count(page);
        if (high > Capacity) return false;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (At(page, middle) <= wanted) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return false;
        child = BinaryPrimitives.ReadUInt32LittleEndian(page[(PageHead.Size + (low * EntrySize) - sizeof(uint))..]);
        return true;
    }

    private static Posting At(ReadOnlySpan<byte> page, int at)
    {
        ReadOnlySpan<byte> entry = page[(PageHead.Size + (at * EntrySize))..];
        return new Posting(BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[sizeof(ulong)..]));
    }
}

/// <summary>A Bloom filter over the keys of a stretch of postings, one page.</summary>
internal sealed class FilterPageBuilder
{
    private const int Probes = 6;
    private const uint Bits = (Limits.PageBytes - PageHead.Size) * 8;

    private readonly byte[] _page = new byte[Limits.PageBytes];

    public int Count { get; private set; }
    public ulong FirstKey { get; private set; }

    public void Add(ulong key)
    {
        if (Count++ == 0) FirstKey = key;
        (ulong at, ulong step) = Start(key);
        for (int i = 0; i < Probes; i++, at += step) _page[PageHead.Size + (Bit(at) >> 3)] |= (byte)(1 << (int)(Bit(at) & 7));
    }

    public ReadOnlySpan<byte> Take()
    {
        PageHead.Write(_page, PageKind.Filter, Count);
        return _page;
    }

    public void Clear()
    {
        Count = 0;
        Array.Clear(_page);
    }

    public static bool MayHold(ReadOnlySpan<byte> page, ulong key)
    {
        (ulong at, ulong step) = Start(key);
        for (int i = 0; i < Probes; i++, at += step)
            if ((page[(int)(PageHead.Size + (Bit(at) >> 3))] & (1 << (int)(Bit(at) & 7))) == 0) return false;
        return true;
    }

    /// <summary>Two hashes of the key; the probes are their sums (Kirsch and Mitzenmacher 2006).</summary>
    private static (ulong At, ulong Step) Start(ulong key)
    {
        ulong mixed = (key ^ (key >> 32)) * 0xD6E8FEB86659FD93;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
        mixed ^= mixed >> 32;
        return (mixed & uint.MaxValue, (mixed >> 32) | 1);
    }

    private static uint Bit(ulong at) => (uint)(((at & uint.MaxValue) * Bits) >> 32);
}
