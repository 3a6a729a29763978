using System.Diagnostics.CodeAnalysis;
using System.Text;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>The messages of <see cref="AttestedHandshake"/>, each behind its 32-bit length on the wire.</summary>
public abstract record HandshakeMessage
{
    private const byte Version = 1;

    private enum Kind : byte { Hello = 1, Proof, Verdict }

    /// <summary>Who speaks, and the nonce that the other's evidence must hold. Network: null while joining one.</summary>
    public sealed record Hello(NetworkId? Network, string Node, EnclaveRole Role, AttestationPurpose Purpose, Hash256 Nonce) : HandshakeMessage;

    /// <summary>Evidence, the claims in it, and that the VN's key is held: its signature over the report data.</summary>
    /// <param name="NodeKey">The point, 65 bytes; empty for a worker.</param>
    /// <param name="Signature">r||s; empty for a worker.</param>
    public sealed record Proof(
        ReadOnlyMemory<byte> Claims, ReadOnlyMemory<byte> Evidence, ReadOnlyMemory<byte> NodeKey, ReadOnlyMemory<byte> Signature)
        : HandshakeMessage;

    /// <summary>Null: accepted.</summary>
    public sealed record Verdict(EvidenceRefusal? Refusal) : HandshakeMessage;

    /// <summary>What the VN's key signs in a proof.</summary>
    public static Hash256 DigestToSign(ReadOnlySpan<byte> reportData) => Sha256.Hash([.. "coco-handshake-v1"u8, .. reportData]);

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.WriteByte(Version);
        switch (this)
        {
            case Hello hello:
                writer.WriteByte((byte)Kind.Hello);
                writer.WriteHash(hello.Network?.Value ?? Hash256.Zero);
                writer.WriteBytes(Encoding.ASCII.GetBytes(hello.Node));
                writer.WriteByte((byte)hello.Role);
                writer.WriteByte((byte)hello.Purpose);
                writer.WriteHash(hello.Nonce);
                break;
            case Proof proof:
                writer.WriteByte((byte)Kind.Proof);
                writer.WriteBytes(proof.Claims.Span);
                writer.WriteBytes(proof.Evidence.Span);
                writer.WriteBytes(proof.NodeKey.Span);
                writer.WriteBytes(proof.Signature.Span);
                break;
            case Verdict verdict:
                writer.WriteByte((byte)Kind.Verdict);
                writer.WriteBytes(Encoding.ASCII.GetBytes(verdict.Refusal?.Check ?? ""));
                byte[] reason = Encoding.UTF8.GetBytes(verdict.Refusal?.Reason ?? "");
                writer.WriteBytes(reason.AsSpan(0, Math.Min(reason.Length, Limits.MaxReasonSize)));
                break;
        }
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HandshakeMessage? message)
    {
        message = null;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadByte(out byte version) || version != Version || !reader.TryReadByte(out byte kind)) return false;
        message = (Kind)kind switch
        {
            Kind.Hello => ReadHello(ref reader),
            Kind.Proof => ReadProof(ref reader),
            Kind.Verdict => ReadVerdict(ref reader),
            _ => null,
        };
        if (!reader.IsAtEnd) message = null;
        return message is not null;
    }

    private static Hello? ReadHello(ref SpanReader reader)
    {
        if (!reader.TryReadHash(out Hash256 network) || !reader.TryReadBytes(Limits.MaxNameSize, out ReadOnlySpan<byte> node)
            || !Ascii.IsValid(node) || !reader.TryReadByte(out byte role) || !Enum.IsDefined((EnclaveRole)role)
            || !reader.TryReadByte(out byte purpose) || !Enum.IsDefined((AttestationPurpose)purpose)
            || !reader.TryReadHash(out Hash256 nonce))
        {
            return null;
        }
        NetworkId? known = network.IsZero ? null : new NetworkId(network);
        return new Hello(known, Encoding.ASCII.GetString(node), (EnclaveRole)role, (AttestationPurpose)purpose, nonce);
    }

    private static Proof? ReadProof(ref SpanReader reader)
    {
        if (!reader.TryReadBytes(1024, out ReadOnlySpan<byte> claims)
            || !reader.TryReadBytes(Limits.MaxEvidenceSize + 128, out ReadOnlySpan<byte> evidence)
            || !reader.TryReadBytes(P256.PointSize, out ReadOnlySpan<byte> nodeKey)
            || !reader.TryReadBytes(P256.SignatureSize, out ReadOnlySpan<byte> signature))
        {
            return null;
        }
        return new Proof(claims.ToArray(), evidence.ToArray(), nodeKey.ToArray(), signature.ToArray());
    }

    private static Verdict? ReadVerdict(ref SpanReader reader)
    {
        if (!reader.TryReadBytes(Limits.MaxNameSize, out ReadOnlySpan<byte> check) || !Ascii.IsValid(check)
            || !reader.TryReadBytes(Limits.MaxReasonSize, out ReadOnlySpan<byte> reason))
        {
            return null;
        }
        return new Verdict(check.IsEmpty ? null : new EvidenceRefusal(Encoding.ASCII.GetString(check), Encoding.UTF8.GetString(reason)));
    }
}
