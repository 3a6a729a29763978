using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coco.Client;

/// <summary>What a signed SGX enclave will report, from its SIGSTRUCT (Intel SDM 3D, table 39-21), which a library OS writes beside its manifest.</summary>
/// <param name="Measurement">MRENCLAVE.</param>
/// <param name="Signer">MRSIGNER: the digest of the signer's modulus.</param>
/// <param name="Holds">The signer's signature is over these values; where it is not, no processor starts the enclave.</param>
public sealed record EnclaveSignature(ReadOnlyMemory<byte> Measurement, ReadOnlyMemory<byte> Signer, ushort ProductId, ushort Svn, bool Holds)
{
    private const int Size = 1808;
    private const int NumberSize = 384;
    private const int ModulusAt = 128, ExponentAt = 512, SignatureAt = 516, BodyAt = 900, BodyEnd = 1028;

    private static ReadOnlySpan<byte> Header => [6, 0, 0, 0, 0xE1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0];

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EnclaveSignature? signature)
    {
        signature = null;
        if (bytes.Length != Size || !bytes.StartsWith(Header)) return false;
        signature = new EnclaveSignature(
            bytes.Slice(960, 32).ToArray(), SHA256.HashData(bytes.Slice(ModulusAt, NumberSize)),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[1024..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[1026..]), IsSigned(bytes));
        return true;
    }

    /// <summary>RSA with PKCS #1 v1.5 and SHA-256 over all before the modulus and the body behind the signature. Numbers are little-endian; the exponent is 3.</summary>
    private static bool IsSigned(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ExponentAt..]) != 3) return false;
        byte[] modulus = bytes.Slice(ModulusAt, NumberSize).ToArray(), signature = bytes.Slice(SignatureAt, NumberSize).ToArray();
        Array.Reverse(modulus);
        Array.Reverse(signature);
        if (modulus[0] == 0) return false; // not of 3072 bits
        try
        {
            using var key = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [3] });
            byte[] signed = [.. bytes[..ModulusAt], .. bytes[BodyAt..BodyEnd]];
            return key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
