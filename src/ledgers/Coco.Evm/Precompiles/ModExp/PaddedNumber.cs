namespace Coco.Evm.Precompiles.ModExp;

/// <summary>A big-endian number of <paramref name="size"/> bytes of which the last may be missing: they are zero.</summary>
internal readonly ref struct PaddedNumber(ReadOnlySpan<byte> present, int size)
{
    private readonly ReadOnlySpan<byte> _present = present;

    internal int Size { get; } = size;

    /// <summary>The byte of weight 256^<paramref name="index"/>.</summary>
    internal byte ByteAt(int index)
    {
        int place = Size - 1 - index;
        return (uint)place < (uint)_present.Length ? _present[place] : (byte)0;
    }

    /// <summary>The 64 bits of weight 2^(64 * <paramref name="index"/>).</summary>
    internal ulong WordAt(int index)
    {
        ulong word = 0;
        for (int i = sizeof(ulong) - 1; i >= 0; i--) word = (word << 8) | ByteAt((index * sizeof(ulong)) + i);
        return word;
    }

    /// <summary>Position of the highest set bit plus one; zero for zero.</summary>
    internal int BitLength
    {
        get
        {
            int first = _present.IndexOfAnyExcept((byte)0);
            return first < 0 ? 0 : ((Size - first) * 8) - System.Numerics.BitOperations.LeadingZeroCount(_present[first]) + 24;
        }
    }

    internal bool BitAt(int index) => ((ByteAt(index >> 3) >> (index & 7)) & 1) != 0;
}
