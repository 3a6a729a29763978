using System.Buffers.Binary;
using System.Text;

namespace Coco.Enclave.Tests.Tee.Fuzzing;

/// <summary>
/// Changes to valid inputs that hurt readers: flips and cuts, but also lengths and counts beside their truth, parts doubled, moved or
/// taken from another input, DER elements repeated, removed and nested, and deep nesting in text.
/// </summary>
internal static class Mutation
{
    private const int MaxSize = 512 * 1024;

    private static readonly byte[][] Tokens =
    [
        .. ((string[])["null", "{}", "[]", "\"\"", "-1", "1e999", "99999999999999999999", "0.5", "\"\\ud800\"", "\u0000", "-----BEGIN CERTIFICATE-----\n", "TDX_FF", "Revoked", ",", ":{"])
            .Select(Encoding.UTF8.GetBytes),
        [0x30, 0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x02, 0x81, 0x01], [0x9F, 0xFF, 0xFF, 0x7F], [0xBF, 0xFF], [0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    ];

    public static byte[] Apply(byte[] input, byte[] other, Random random)
    {
        byte[] bytes = [.. input];
        for (int i = random.Next(1, 5); i > 0 && bytes.Length > 0; i--) bytes = One(bytes, other, random);
        return bytes.Length <= MaxSize ? bytes : bytes[..MaxSize];
    }

    private static byte[] One(byte[] bytes, byte[] other, Random random)
    {
        int place = random.Next(bytes.Length);
        int size = Math.Min(Size(random), bytes.Length - place);
        switch (random.Next(15))
        {
            case 0: bytes[place] ^= (byte)(1 << random.Next(8)); return bytes;
            case 1: bytes[place] = (byte)random.Next(256); return bytes;
            case 2: return bytes[..place];
            case 3: return [.. bytes[..place], .. bytes[(place / 2)..]];
            case 4: bytes.AsSpan(place, size).Fill((byte)(random.Next(2) * 0xFF)); return bytes;
            case 5: return [.. bytes[..place], (byte)random.Next(256), .. bytes[place..]];
            case 6: return [.. bytes[..place], .. bytes[(place + size)..]];
            case 7: return [.. bytes[..(place + size)], .. bytes[place..]];
            case 8: return Number(bytes, place, random);
            case 9: return Moved(bytes, place, size, random);
            case 10: return [.. bytes[..place], .. other[random.Next(other.Length)..]];
            case 11: return Element(bytes, random);
            case 12: return [.. bytes[..place], .. Tokens[random.Next(Tokens.Length)], .. bytes[place..]];
            case 13: return Text(bytes, place, random);
            default: return Nested(bytes, place, random);
        }
    }

    private static int Size(Random random) => 1 << random.Next(11);

    /// <summary>A number of two, four or eight bytes, in either order, that is a little off or at the end of its range.</summary>
    private static byte[] Number(byte[] bytes, int place, Random random)
    {
        int width = 2 << random.Next(3);
        if (place + width > bytes.Length) return bytes;
        Span<byte> field = bytes.AsSpan(place, width);
        bool isLittle = random.Next(2) == 0;
        if (!isLittle) field.Reverse();
        Span<byte> wide = stackalloc byte[8];
        field.CopyTo(wide);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        value = random.Next(6) switch
        {
            0 => value + 1,
            1 => value - 1,
            2 => (ulong)(bytes.Length - place - width + random.Next(-1, 2)),
            3 => 1UL << ((width * 8) - 1),
            4 => (1UL << ((width * 8) - 1)) - 1,
            _ => value << random.Next(1, 9),
        };
        BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
        wide[..width].CopyTo(field);
        if (!isLittle) field.Reverse();
        return bytes;
    }

    private static byte[] Moved(byte[] bytes, int place, int size, Random random)
    {
        int target = random.Next(bytes.Length - size + 1);
        byte[] part = bytes[place..(place + size)];
        part.CopyTo(bytes, target);
        return bytes;
    }

    /// <summary>A DER element is doubled, removed, put into itself or gets its neighbour's tag; what is around it keeps its length.</summary>
    private static byte[] Element(byte[] bytes, Random random)
    {
        for (int tries = 0; tries < 20; tries++)
        {
            int start = random.Next(bytes.Length);
            if (bytes[start] is not (0x30 or 0x31 or 0x02 or 0x03 or 0x04 or 0x06 or 0x17 or 0x18 or 0xA0) || start + 2 > bytes.Length) continue;
            int header = bytes[start + 1 < bytes.Length ? start + 1 : start] switch { < 0x80 => 2, 0x81 => 3, 0x82 => 4, _ => 0 };
            if (header == 0 || start + header > bytes.Length) continue;
            int length = header switch { 2 => bytes[start + 1], 3 => bytes[start + 2], _ => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(start + 2)) };
            int end = start + header + length;
            if (end > bytes.Length) continue;
            switch (random.Next(4))
            {
                case 0: return [.. bytes[..end], .. bytes[start..]];
                case 1: return [.. bytes[..start], .. bytes[end..]];
                case 2: return [.. bytes[..(start + header)], .. bytes[start..end], .. bytes[end..]];
                default: bytes[start] = (byte)random.Next(1, 0x40); return bytes;
            }
        }
        return bytes;
    }

    /// <summary>A member of an object or array, from one comma to the next, is doubled, removed, or put where another was.</summary>
    private static byte[] Text(byte[] bytes, int place, Random random)
    {
        int from = bytes.AsSpan(place).IndexOf((byte)',');
        if (from < 0) return bytes;
        from += place;
        int size = bytes.AsSpan(from + 1).IndexOf((byte)',') + 1;
        if (size <= 0) return bytes;
        int end = from + size;
        return random.Next(3) switch
        {
            0 => [.. bytes[..end], .. bytes[from..]],
            1 => [.. bytes[..from], .. bytes[end..]],
            _ => [.. bytes[..from], .. ","u8, .. bytes[(from + 1)..end].Reverse(), .. bytes[end..]],
        };
    }

    private static byte[] Nested(byte[] bytes, int place, Random random)
    {
        int depth = Size(random) * 8;
        byte[] opening = random.Next(4) switch { 0 => "["u8.ToArray(), 1 => "{\"a\":"u8.ToArray(), 2 => [0x81], _ => [0x30, 0x80] };
        return [.. bytes[..place], .. Enumerable.Repeat(opening, depth).SelectMany(part => part), .. bytes[place..]];
    }
}
