namespace Coco.Ledgers.Ethereum;

/// <summary>Nibbles of keys, and their hex-prefix encoding (yellow paper, appendix C).</summary>
public static class TriePath
{
    public static int Nibble(ReadOnlySpan<byte> key, int index) => (index & 1) == 0 ? key[index >> 1] >> 4 : key[index >> 1] & 0xF;

    /// <summary>How many nibbles the keys share.</summary>
    public static int CommonPrefix(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int same = a.CommonPrefixLength(b);
        if (same == a.Length || same == b.Length) return same * 2;
        return (same * 2) + ((a[same] >> 4) == (b[same] >> 4) ? 1 : 0);
    }

    /// <summary>Writes nibbles <paramref name="from"/> up to <paramref name="to"/> in hex-prefix form; returns the length.</summary>
    public static int WriteHexPrefix(Span<byte> target, ReadOnlySpan<byte> key, int from, int to, bool isLeaf)
    {
        int count = to - from;
        int flag = isLeaf ? 0x20 : 0;
        int at = from;
        if ((count & 1) == 1) target[0] = (byte)(flag | 0x10 | Nibble(key, at++));
        else target[0] = (byte)flag;
        int length = 1;
        if ((at & 1) == 0)
        {
            key[(at >> 1)..(to >> 1)].CopyTo(target[1..]);
            return 1 + ((to - at) >> 1);
        }
        for (; at < to; at += 2) target[length++] = (byte)((Nibble(key, at) << 4) | Nibble(key, at + 1));
        return length;
    }

    /// <summary>The nibbles of a hex-prefix encoding, one a byte; false where it is none.</summary>
    public static bool TryReadHexPrefix(ReadOnlySpan<byte> encoded, out byte[] nibbles, out bool isLeaf)
    {
        nibbles = [];
        isLeaf = false;
        if (encoded.IsEmpty || (encoded[0] >> 4) > 3) return false;
        isLeaf = (encoded[0] & 0x20) != 0;
        bool isOdd = (encoded[0] & 0x10) != 0;
        if (!isOdd && (encoded[0] & 0xF) != 0) return false;
        nibbles = new byte[((encoded.Length - 1) * 2) + (isOdd ? 1 : 0)];
        int at = 0;
        if (isOdd) nibbles[at++] = (byte)(encoded[0] & 0xF);
        for (int i = 1; i < encoded.Length; i++)
        {
            nibbles[at++] = (byte)(encoded[i] >> 4);
            nibbles[at++] = (byte)(encoded[i] & 0xF);
        }
        return true;
    }

    public static byte[] Nibbles(ReadOnlySpan<byte> key)
    {
        byte[] nibbles = new byte[key.Length * 2];
        for (int i = 0; i < nibbles.Length; i++) nibbles[i] = (byte)Nibble(key, i);
        return nibbles;
    }

    /// <summary>Whole bytes of an even number of nibbles.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> nibbles)
    {
        byte[] bytes = new byte[nibbles.Length / 2];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)((nibbles[2 * i] << 4) | nibbles[(2 * i) + 1]);
        return bytes;
    }

    public static int WriteHexPrefix(Span<byte> target, ReadOnlySpan<byte> nibbles, bool isLeaf)
    {
        bool isOdd = (nibbles.Length & 1) == 1;
        target[0] = (byte)((isLeaf ? 0x20 : 0) | (isOdd ? 0x10 | nibbles[0] : 0));
        int length = 1;
        for (int i = isOdd ? 1 : 0; i < nibbles.Length; i += 2) target[length++] = (byte)((nibbles[i] << 4) | nibbles[i + 1]);
        return length;
    }
}
