using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coco.Primitives;

/// <summary>32 bytes: a SHA-256 or Keccak-256 digest, a Merkle root, an Ethereum word. Compared in variable time: not for secrets.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Copies <paramref name="bytes"/>, which must be 32 long.</summary>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException("A hash is 32 bytes.", nameof(bytes));
        this = MemoryMarshal.Read<Hash256>(bytes);
    }

    public static Hash256 Zero => default;

    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The bytes in place; valid as long as the referenced value is.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => MemoryMarshal.AsBytes(new ReadOnlySpan<Hash256>(in this));

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    public byte[] ToArray() => Span.ToArray();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(Hash256 other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Hash256 other && Equals(other);

    /// <summary>Mixes the words, since keys in tables may be small integers rather than digests.</summary>
    public override int GetHashCode()
    {
        ulong mixed = (_a * 0x9E3779B97F4A7C15UL) ^ (_b * 0xC2B2AE3D27D4EB4FUL) ^ (_c * 0x165667B19E3779F9UL) ^ (_d * 0x27D4EB2F165667C5UL);
        return (int)(mixed ^ (mixed >> 32));
    }

    public int CompareTo(Hash256 other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);
    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);
    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;
    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;
    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(Span);

    /// <summary>Reads 64 hex digits with or without 0x.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash256 hash)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        hash = default;
        if (text.Length != Size * 2) return false;
        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done || written != Size)
            return false;
        hash = new Hash256(bytes);
        return true;
    }
}
