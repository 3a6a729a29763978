using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coco.Client;

/// <summary>What a signed SGX enclave will report, from its SIGSTRUCT (Intel SDM 3D, table 39-21), which a library OS writes beside its manifest.</summary>
/// <param name="Measurement">MRENCLAVE.</param>
/// <param name="Signer">MRSIGNER: the digest of the signer's modulus.</param>
public sealed record EnclaveSignature(ReadOnlyMemory<byte> Measurement, ReadOnlyMemory<byte> Signer, ushort ProductId, ushort Svn)
{
    private const int Size = 1808;

    private static ReadOnlySpan<byte> Header => [6, 0, 0, 0, 0xE1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0];

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EnclaveSignature? signature)
    {
        signature = null;
        if (bytes.Length != Size || !bytes.StartsWith(Header)) return false;
        signature = new EnclaveSignature(
            bytes.Slice(960, 32).ToArray(), SHA256.HashData(bytes.Slice(128, 384)),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[1024..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[1026..]));
        return true;
    }
}
