using System.Buffers.Binary;
using System.Numerics;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Evm;

/// <summary>Where new contracts come to be.</summary>
public static class ContractAddress
{
    /// <summary>CREATE: the low 20 bytes of keccak256(rlp([sender, nonce])).</summary>
    public static Address OfNonce(in Address sender, ulong nonce)
    {
        Span<byte> rlp = stackalloc byte[2 + Address.Size + 9];
        int nonceBytes = (64 - BitOperations.LeadingZeroCount(nonce) + 7) / 8;
        int nonceLength = nonce < 0x80 ? 1 : 1 + nonceBytes;
        rlp[0] = (byte)(0xc0 + 1 + Address.Size + nonceLength);
        rlp[1] = 0x80 + Address.Size;
        sender.CopyTo(rlp[2..]);
        Span<byte> tail = rlp[(2 + Address.Size)..];
        if (nonce == 0) tail[0] = 0x80;
        else if (nonce < 0x80) tail[0] = (byte)nonce;
        else
        {
            tail[0] = (byte)(0x80 + nonceBytes);
            Span<byte> bigEndian = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bigEndian, nonce);
            bigEndian[(8 - nonceBytes)..].CopyTo(tail[1..]);
        }
        return Of(rlp[..(2 + Address.Size + nonceLength)]);
    }

    /// <summary>CREATE2 (EIP-1014).</summary>
    public static Address OfSalt(in Address sender, in UInt256 salt, in Hash256 initCodeHash)
    {
        Span<byte> preimage = stackalloc byte[1 + Address.Size + UInt256.Size + Hash256.Size];
        preimage[0] = 0xff;
        sender.CopyTo(preimage[1..]);
        salt.WriteBigEndian(preimage[(1 + Address.Size)..]);
        initCodeHash.CopyTo(preimage[(1 + Address.Size + UInt256.Size)..]);
        return Of(preimage);
    }

    private static Address Of(ReadOnlySpan<byte> preimage) => new(Keccak256.Hash(preimage).Span[12..]);
}
