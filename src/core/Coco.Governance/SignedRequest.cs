using System.Diagnostics.CodeAnalysis;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// A member's request with its signature, as it is recorded, so that anyone can verify it offline with the constitution of that
/// time (GOV-3).
/// </summary>
/// <param name="Request">The exact signed bytes: canonical JSON.</param>
/// <param name="Signature">ES256 or ES384 as r||s over <paramref name="Request"/>.</param>
/// <param name="Fingerprint">SHA-256 of the DER certificate whose key signed.</param>
public sealed record SignedRequest(ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Signature, Hash256 Fingerprint)
{
    /// <summary>r||s of the largest curve, P-384.</summary>
    private const int MaxSignatureSize = 96;

    /// <summary>SHA-256 of the request: a proposal's identity.</summary>
    public ProposalId ComputeId() => new(Sha256.Hash(Request.Span));

    /// <summary>Reads the request; refuses one that is not canonical, so that equal requests have equal identities.</summary>
    public GovernanceRequest? TryRead(out string? problem)
    {
        GovernanceRequest? request = GovernanceRequest.Parse(Request, out IReadOnlyList<DocumentError> errors);
        problem = errors.Count > 0 ? errors[0].ToString() : null;
        if (request is null || request.ToCanonicalBytes().AsSpan().SequenceEqual(Request.Span)) return request;
        problem = "is not canonical JSON; prepare the request with this program";
        return null;
    }

    public void Encode(ByteWriter writer)
    {
        writer.WriteHash(Fingerprint);
        writer.WriteBytes(Signature.Span);
        writer.WriteBytes(Request.Span);
    }

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        Encode(writer);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedRequest? request)
    {
        var reader = new SpanReader(bytes);
        return TryDecode(ref reader, out request) && reader.IsAtEnd;
    }

    internal static bool TryDecode(ref SpanReader reader, [NotNullWhen(true)] out SignedRequest? request)
    {
        request = null;
        if (!reader.TryReadHash(out Hash256 fingerprint)
            || !reader.TryReadBytes(MaxSignatureSize, out ReadOnlySpan<byte> signature)
            || !reader.TryReadBytes(Limits.MaxRequestSize, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }
        request = new SignedRequest(bytes.ToArray(), signature.ToArray(), fingerprint);
        return true;
    }
}
