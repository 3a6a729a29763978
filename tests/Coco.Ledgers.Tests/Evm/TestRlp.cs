using Coco.Evm;

namespace Coco.Ledgers.Tests.Evm;

/// <summary>RLP writing, as short as can be, for expected values.</summary>
internal static class TestRlp
{
    public static byte[] Bytes(ReadOnlySpan<byte> value) =>
        value.Length == 1 && value[0] < 0x80 ? value.ToArray() : [.. Header(0x80, value.Length), .. value];

    public static byte[] Number(in UInt256 value) => Bytes(Shortest(value));

    public static byte[] List(params byte[][] items)
    {
        byte[] body = items.SelectMany(item => item).ToArray();
        return [.. Header(0xc0, body.Length), .. body];
    }

    private static byte[] Shortest(in UInt256 value) => value.ToBigEndian().AsSpan().TrimStart((byte)0).ToArray();

    private static byte[] Header(int offset, int length)
    {
        if (length < 56) return [(byte)(offset + length)];
        byte[] size = Shortest((ulong)length);
        return [(byte)(offset + 55 + size.Length), .. size];
    }
}
