using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Leaves on their way into a trie that is built anew, in the order in which they came: key, and value as the store holds it.</summary>
internal sealed class LeafBag
{
    /// <summary>A leaf: its key, the length of its value, its value.</summary>
    private const int HeadBytes = Hash256.Size + 1;

    private readonly ByteWriter _bytes = new();

    public int Count { get; private set; }

    /// <summary>Bytes of all leaves.</summary>
    public int Length => _bytes.Length;

    /// <summary>The leaves: <see cref="Next"/> goes from one to the next.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>A bag for each first byte of a key.</summary>
    public static LeafBag[] OfFirstBytes()
    {
        var bags = new LeafBag[1 << 8];
        for (int i = 0; i < bags.Length; i++) bags[i] = new LeafBag();
        return bags;
    }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Span<byte> leaf = _bytes.Take(HeadBytes + value.Length);
        key.CopyTo(leaf);
        leaf[Hash256.Size] = checked((byte)value.Length);
        value.CopyTo(leaf[HeadBytes..]);
        Count++;
    }

    /// <summary>Moves the last leaves, from a byte on, to bags by the first byte of their key.</summary>
    public void Move(int from, LeafBag[] bags)
    {
        ReadOnlySpan<byte> leaves = Bytes[from..];
        for (int at = 0; at < leaves.Length; at = Next(leaves, at), Count--)
            bags[leaves[at]].Add(KeyAt(leaves, at), ValueAt(leaves, at));
        _bytes.Truncate(from);
    }

    public static ReadOnlySpan<byte> KeyAt(ReadOnlySpan<byte> leaves, int at) => leaves.Slice(at, Hash256.Size);

    public static ReadOnlySpan<byte> ValueAt(ReadOnlySpan<byte> leaves, int at) => leaves.Slice(at + HeadBytes, leaves[at + Hash256.Size]);

    public static int Next(ReadOnlySpan<byte> leaves, int at) => at + HeadBytes + leaves[at + Hash256.Size];
}
