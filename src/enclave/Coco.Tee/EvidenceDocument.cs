using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>What <c>GET /evidence.json?nonce=HEX</c> answers: evidence made for the caller's nonce, and the claims that it is about.</summary>
/// <param name="NodeKey">The VN's public key, 65 bytes.</param>
public sealed record EvidenceDocument(AttestationClaims Claims, Evidence Evidence, ReadOnlyMemory<byte> NodeKey)
{
    public static byte[] Write(AttestationClaims claims, Evidence evidence, ReadOnlySpan<byte> nodeKey)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("format", "coco-evidence-1");
            writer.WriteString("platform", evidence.Platform);
            writer.WriteString("network", claims.Network.Value.ToString());
            writer.WriteString("node", claims.Node);
            writer.WriteString("claims", "0x" + Convert.ToHexStringLower(claims.Encode()));
            writer.WriteString("nodeKey", "0x" + Convert.ToHexStringLower(nodeKey));
            writer.WriteBase64String("evidence", evidence.Encode());
            writer.WriteEndObject();
        }
        return json.ToArray();
    }

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out EvidenceDocument? document)
    {
        document = null;
        try
        {
            using JsonDocument read = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            JsonElement root = read.RootElement;
            if (root.GetProperty("format").GetString() != "coco-evidence-1") return false;
            if (!TryHex(root, "claims", out byte[] claims) || !TryHex(root, "nodeKey", out byte[] nodeKey)) return false;
            if (!AttestationClaims.TryDecode(claims, out AttestationClaims? decoded) || !Evidence.TryDecode(root.GetProperty("evidence").GetBytesFromBase64(), out Evidence? evidence)) return false;
            document = new EvidenceDocument(decoded, evidence, nodeKey);
            return true;
        }
        catch (Exception malformed) when (TcbInfo.IsMalformed(malformed))
        {
            return false;
        }
    }

    /// <summary>
    /// The evidence, and that it is about these claims, for this nonce, this connection's TLS key and a client: one of another
    /// time, another connection or another purpose is refused.
    /// </summary>
    public EvidenceVerdict Verify(TeePolicy policy, Hash256 nonce, Hash256 tlsKeyDigest, ulong nowUnixMs)
    {
        EvidenceVerdict verdict = EvidenceVerifiers.All.Verify(Evidence, policy, nowUnixMs);
        if (!verdict.Holds) return verdict;
        if (!verdict.Claims.ReportData.Span.SequenceEqual(Claims.ComputeReportData()))
            return EvidenceVerdict.Refuse(EvidenceCheck.ReportData, "the evidence is not about the claims that came with it");
        if (Claims.Purpose != AttestationPurpose.Client) return EvidenceVerdict.Refuse(EvidenceCheck.Purpose, $"the evidence was made for {Claims.Purpose}");
        if (Claims.TlsKeyDigest != tlsKeyDigest) return EvidenceVerdict.Refuse(EvidenceCheck.TlsKey, "the evidence is for another TLS key than this connection's: something stands in between");
        if (Claims.PeerNonce != nonce) return EvidenceVerdict.Refuse(EvidenceCheck.Nonce, "the evidence was made for another nonce: it is old");
        return Claims.NodeKeyDigest == Sha256.Hash(NodeKey.Span) ? verdict : EvidenceVerdict.Refuse(EvidenceCheck.NodeKey, "the VN's key is not the one in the evidence");
    }

    private static bool TryHex(JsonElement root, string name, out byte[] bytes)
    {
        string text = root.GetProperty(name).GetString() ?? "";
        bytes = [];
        return text.StartsWith("0x", StringComparison.Ordinal) && StrictHex.TryRead(text.AsSpan(2), out bytes);
    }
}
