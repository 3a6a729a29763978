using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Evidence of the VN at the other end of a connection.</summary>
/// <param name="Document">Null where the answer is not one.</param>
public sealed record FetchedEvidence(EvidenceDocument? Document, EvidenceReport Report);

/// <summary>
/// Asks a VN for evidence and judges it (TEE-4). The certificate needs no authority: the evidence is bound to the key that TLS saw,
/// to a fresh nonce and to being for a client.
/// </summary>
public static class EvidenceClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="address">https://HOST:PORT of a VN's administration endpoint.</param>
    public static async Task<FetchedEvidence> FetchAsync(Uri address, TeePolicy policy, DateTimeOffset now, CancellationToken cancellation)
    {
        if (address.Scheme != Uri.UriSchemeHttps) throw new UnknownEvidenceException("Evidence is fetched over https: over anything else it would be bound to nothing.");
        var nonce = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));
        Hash256? seen = null;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => Remember(certificate, out seen) },
        };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = 2 * Limits.MaxEvidenceSize };
        byte[] answer = await client.GetByteArrayAsync(new Uri(address, $"/evidence.json?nonce={Convert.ToHexStringLower(nonce.Span)}"), cancellation);
        if (!EvidenceDocument.TryRead(answer, out EvidenceDocument? document) || seen is not { } key)
            return new FetchedEvidence(null, new EvidenceReport("", [], false, EvidenceCheck.Format, "the answer is not an evidence document", []));
        return new FetchedEvidence(document, Judge(document, policy, nonce, key, now));
    }

    public static EvidenceReport Judge(EvidenceDocument document, TeePolicy policy, Hash256 nonce, Hash256 tlsKeyDigest, DateTimeOffset now)
    {
        EvidenceVerdict verdict = document.Verify(policy, nonce, tlsKeyDigest, (ulong)now.ToUnixTimeMilliseconds());
        SortedDictionary<string, object> claims = verdict.Holds ? EvidenceSummary.Of(verdict.Claims) : EvidenceSummary.Of(document.Evidence);
        claims["network"] = document.Claims.Network.Value.ToString();
        claims["node"] = document.Claims.Node;
        claims["role"] = document.Claims.Role.ToString();
        claims["nodeKey"] = "0x" + Convert.ToHexStringLower(document.NodeKey.Span);
        return new EvidenceReport(document.Evidence.Platform, claims, verdict.Holds, verdict.Refusal?.Check, verdict.Refusal?.Reason, verdict.Claims?.Warnings ?? []);
    }

    private static bool Remember(X509Certificate? certificate, out Hash256? seen)
    {
        seen = certificate is X509Certificate2 known ? Sha256.Hash(known.PublicKey.ExportSubjectPublicKeyInfo()) : null;
        return seen is not null;
    }
}
