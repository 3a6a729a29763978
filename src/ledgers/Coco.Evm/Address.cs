using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coco.Evm;

/// <summary>The 20 bytes that name an account.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    public const int Size = 20;

    private readonly ulong _a, _b;
    private readonly uint _c;

    /// <summary>Copies <paramref name="bytes"/>, which must be 20 long.</summary>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException("An address is 20 bytes.", nameof(bytes));
        this = MemoryMarshal.Read<Address>(bytes);
    }

    /// <summary>The low 20 bytes of a word, as the machine reads an address from its stack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Address(in UInt256 word)
    {
        _a = Swap((word.U2 << 32) | (word.U1 >> 32));
        _b = Swap((word.U1 << 32) | (word.U0 >> 32));
        _c = BitConverter.IsLittleEndian
            ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((uint)word.U0) : (uint)word.U0;
    }

    public static Address Zero => default;

    public bool IsZero => (_a | _b | _c) == 0;

    /// <summary>The bytes in place; valid as long as the referenced value is.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => MemoryMarshal.AsBytes(new ReadOnlySpan<Address>(in this));

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    public byte[] ToArray() => Span.ToArray();

    /// <summary>The address as a number, as the machine puts it on its stack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UInt256 ToUInt256()
    {
        ulong a = Swap(_a), b = Swap(_b);
        uint c = BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(_c) : _c;
        return new UInt256((b << 32) | c, (a << 32) | (b >> 32), a >> 32, 0);
    }

    /// <summary>The address whose number is <paramref name="number"/>: how precompiled contracts are numbered.</summary>
    public static Address FromNumber(ulong number) => new(new UInt256(number));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(Address other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c)) == 0;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Address other && Equals(other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override int GetHashCode()
    {
        ulong mixed = (_a * 0x9E3779B97F4A7C15UL) ^ (_b * 0xC2B2AE3D27D4EB4FUL) ^ (_c * 0x165667B19E3779F9UL);
        return (int)(mixed ^ (mixed >> 32));
    }

    public int CompareTo(Address other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(Address left, Address right) => left.Equals(right);
    public static bool operator !=(Address left, Address right) => !left.Equals(right);
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    /// <summary>0x and 40 lower-case hex digits.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(Span);

    /// <summary>Reads 40 hex digits with or without 0x.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        address = default;
        if (text.Length != Size * 2) return false;
        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done || written != Size)
            return false;
        address = new Address(bytes);
        return true;
    }

    private static ulong Swap(ulong value) =>
        BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value) : value;
}
