namespace Coco.Postings;

/// <summary>
/// Under a key stands a value: where something is. Keys are mostly the beginnings of hashes, so different things may share one, and
/// whoever finds a posting looks whether it is meant. Sorted by key, then value.
/// </summary>
public readonly record struct Posting(ulong Key, ulong Value) : IComparable<Posting>
{
    private const int TableShift = 56;

    /// <summary>A key of one table of a store: its number, and 56 bits of what is looked up.</summary>
    public static ulong KeyOf(byte table, ulong key) => ((ulong)table << TableShift) | (key & ((1UL << TableShift) - 1));

    public int CompareTo(Posting other) => Key != other.Key ? Key.CompareTo(other.Key) : Value.CompareTo(other.Value);

    public static bool operator <(Posting left, Posting right) => left.CompareTo(right) < 0;

    public static bool operator >(Posting left, Posting right) => left.CompareTo(right) > 0;

    public static bool operator <=(Posting left, Posting right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Posting left, Posting right) => left.CompareTo(right) >= 0;
}
