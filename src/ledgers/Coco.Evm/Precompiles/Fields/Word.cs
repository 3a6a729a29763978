using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Coco.Evm.Precompiles.Fields;

/// <summary>One 64-bit step of long arithmetic.</summary>
internal static class Word
{
    internal static ulong Read(ReadOnlySpan<byte> bigEndian, int at) => BinaryPrimitives.ReadUInt64BigEndian(bigEndian[at..]);

    internal static void Write(Span<byte> bigEndian, int at, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(bigEndian[at..], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Add(ulong a, ulong b, ulong carry, out ulong carryOut)
    {
        ulong sum = a + b, total = sum + carry;
        carryOut = Carry.Of(sum < b) | Carry.Of(total < sum);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Subtract(ulong a, ulong b, ulong borrow, out ulong borrowOut)
    {
        ulong difference = a - b, total = difference - borrow;
        borrowOut = Carry.Of(a < b) | Carry.Of(difference < borrow);
        return total;
    }

    /// <summary>a * b + addend + carry, which always fits two words: the low one, and the high one as the next carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ulong carry, out ulong high)
    {
        high = Math.BigMul(a, b, out ulong low);
        ulong sum = low + addend;
        high += Carry.Of(sum < low);
        ulong total = sum + carry;
        high += Carry.Of(total < sum);
        return total;
    }
}
