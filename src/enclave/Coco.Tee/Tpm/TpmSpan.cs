using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>Reads a TPM's structures: big endian, sizes of 16 bits.</summary>
internal ref struct TpmSpan(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public bool TryTake(int size, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_rest.Length < size) return false;
        value = _rest[..size];
        _rest = _rest[size..];
        return true;
    }

    public bool TryReadByte(out byte value)
    {
        bool holds = TryTake(1, out ReadOnlySpan<byte> bytes);
        value = holds ? bytes[0] : (byte)0;
        return holds;
    }

    public bool TryReadUInt16(out ushort value)
    {
        bool holds = TryTake(2, out ReadOnlySpan<byte> bytes);
        value = holds ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;
        return holds;
    }

    public bool TryReadUInt32(out uint value)
    {
        bool holds = TryTake(4, out ReadOnlySpan<byte> bytes);
        value = holds ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return holds;
    }

    public bool TryReadSized(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryReadUInt16(out ushort size) && TryTake(size, out value);
    }

    /// <summary>TPM_ALG_ID of the hashes that PCR banks have.</summary>
    public static bool TryHash(ushort algorithm, out HashAlgorithmName hash)
    {
        hash = algorithm switch
        {
            0x0004 => HashAlgorithmName.SHA1,
            0x000B => HashAlgorithmName.SHA256,
            0x000C => HashAlgorithmName.SHA384,
            _ => default,
        };
        return hash.Name is not null;
    }
}
