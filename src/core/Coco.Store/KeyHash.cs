using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Coco.Store;

/// <summary>
/// A keyed 64-bit hash of (map, key) by wide multiplications, in the manner of wyhash. Who does not know the seed cannot choose
/// keys that fall together; it is for tables only and never leaves this VN.
/// </summary>
internal readonly struct KeyHash(ulong seed)
{
    private const ulong Odd0 = 0xA0761D6478BD642F, Odd1 = 0xE7037ED1A0B428DB, Odd2 = 0x8EBC6AF09C88C6E3;

    private readonly ulong _first = Mix(seed ^ Odd0, Odd1);
    private readonly ulong _second = Mix(seed ^ Odd2, Odd0) | 1;

    public ulong Of(ushort map, ReadOnlySpan<byte> key)
    {
        ulong length = (ulong)key.Length;
        ulong state = Mix(_first ^ map, _second ^ length);
        while (key.Length > 16)
        {
            state = Mix(Word(key) ^ _second, Word(key[8..]) ^ state);
            key = key[16..];
        }
        (ulong low, ulong high) = Tail(key);
        return Mix(Mix(low ^ _second, high ^ state), state ^ Odd1);
    }

    private static (ulong Low, ulong High) Tail(ReadOnlySpan<byte> key) => key.Length switch
    {
        >= 8 => (Word(key), Word(key[^8..])),
        >= 4 => (BinaryPrimitives.ReadUInt32LittleEndian(key), BinaryPrimitives.ReadUInt32LittleEndian(key[^4..])),
        > 0 => (key[0] | ((ulong)key[key.Length >> 1] << 8) | ((ulong)key[^1] << 16), 0),
        _ => (0, 0),
    };

    private static ulong Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong left, ulong right) => Math.BigMul(left, right, out ulong low) ^ low;
}
