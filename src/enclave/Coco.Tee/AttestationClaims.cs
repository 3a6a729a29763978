using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>Which of a VN's two enclaves.</summary>
public enum EnclaveRole : byte
{
    Manager = 1,
    Worker,
}

/// <summary>What a link or evidence is for; evidence made for one purpose is refused for another.</summary>
public enum AttestationPurpose : byte
{
    /// <summary>A link between managers of one network.</summary>
    Peer = 1,

    /// <summary>A VN asks to be admitted; it may not know the network's identity yet.</summary>
    Join,

    /// <summary>The link between a VN's manager and worker.</summary>
    Boundary,

    /// <summary>A client or auditor asked for the evidence.</summary>
    Client,

    /// <summary>
    /// Evidence for the ledger: of an admission, a genesis (network zero, nonce: the constitution's digest) or a renewal. It names no TLS
    /// key, and anybody can judge it later.
    /// </summary>
    Ledger,
}

/// <summary>
/// What a program binds into its evidence. The hardware signs only 64 bytes of the program's choice: the SHA-512 of these claims
/// behind a label, so there is one definition for all platforms.
/// </summary>
/// <param name="Node">The VN's name in the constitution.</param>
/// <param name="TlsKeyDigest">SHA-256 of the SubjectPublicKeyInfo of the program's TLS key on this link.</param>
/// <param name="NodeKeyDigest">SHA-256 of the VN's public key (65 bytes); zero for a worker, which holds none.</param>
/// <param name="PeerNonce">32 random bytes of whoever asked.</param>
public sealed record AttestationClaims(
    NetworkId Network, string Node, EnclaveRole Role, Hash256 TlsKeyDigest, Hash256 NodeKeyDigest, Hash256 PeerNonce,
    AttestationPurpose Purpose)
{
    public const int ReportDataSize = 64;

    private const byte CodecVersion = 1;

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.WriteByte(CodecVersion);
        writer.WriteHash(Network.Value);
        writer.WriteBytes(Encoding.ASCII.GetBytes(Node));
        writer.WriteByte((byte)Role);
        writer.WriteHash(TlsKeyDigest);
        writer.WriteHash(NodeKeyDigest);
        writer.WriteHash(PeerNonce);
        writer.WriteByte((byte)Purpose);
        return writer.ToArray();
    }

    /// <summary>SHA-512("coco-ra-v1" || encoded claims).</summary>
    public byte[] ComputeReportData() => SHA512.HashData([.. "coco-ra-v1"u8, .. Encode()]);

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AttestationClaims? claims)
    {
        claims = null;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadByte(out byte version) || version != CodecVersion || !reader.TryReadHash(out Hash256 network)
            || !reader.TryReadBytes(Limits.MaxNameSize, out ReadOnlySpan<byte> node) || !Ascii.IsValid(node)
            || !reader.TryReadByte(out byte role) || !Enum.IsDefined((EnclaveRole)role)
            || !reader.TryReadHash(out Hash256 tlsKey) || !reader.TryReadHash(out Hash256 nodeKey)
            || !reader.TryReadHash(out Hash256 nonce)
            || !reader.TryReadByte(out byte purpose) || !Enum.IsDefined((AttestationPurpose)purpose) || !reader.IsAtEnd)
        {
            return false;
        }
        claims = new AttestationClaims(
            new NetworkId(network), Encoding.ASCII.GetString(node), (EnclaveRole)role, tlsKey, nodeKey, nonce, (AttestationPurpose)purpose);
        return true;
    }
}
