using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Evidence of the VN at the other end of a connection.</summary>
/// <param name="Document">Null where the answer is not one.</param>
/// <param name="TlsKey">SHA-256 of the SubjectPublicKeyInfo that the evidence was judged for: see <see cref="EvidenceClient.HandlerFor"/>.</param>
public sealed record FetchedEvidence(EvidenceDocument? Document, EvidenceReport Report, Hash256 TlsKey);

/// <summary>
/// Asks a VN for evidence and judges it (TEE-4). The certificate needs no authority: the evidence is bound to the key that TLS saw,
/// to a fresh nonce and to being for a client.
/// </summary>
public static class EvidenceClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="address">https://HOST:PORT of a VN's administration endpoint.</param>
    /// <param name="endpoint">
    /// https://HOST:PORT of the same VN's application endpoint: the evidence is then about its key, for which the attested manager
    /// vouches. Null: about the administration endpoint itself.
    /// </param>
    public static async Task<FetchedEvidence> FetchAsync(
        Uri address, TeePolicy policy, DateTimeOffset now, CancellationToken cancellation, Uri? endpoint = null)
    {
        if (address.Scheme != Uri.UriSchemeHttps || (endpoint is not null && endpoint.Scheme != Uri.UriSchemeHttps))
            throw new UnknownEvidenceException("Evidence is fetched over https: over anything else it would be bound to nothing.");
        Hash256? judged = endpoint is null ? null : await SeeKeyAsync(endpoint, cancellation);
        var nonce = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));
        Hash256? seen = null;
        using SocketsHttpHandler handler = HandlerWith(certificate => (seen = KeyOf(certificate)) is not null);
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = 2 * Limits.MaxEvidenceSize };
        string question = $"/evidence.json?nonce={Convert.ToHexStringLower(nonce.Span)}{(endpoint is null ? "" : "&endpoint=client")}";
        byte[] answer = await client.GetByteArrayAsync(new Uri(address, question), cancellation);
        Hash256 key = judged ?? seen!.Value;
        return EvidenceDocument.TryRead(answer, out EvidenceDocument? document)
            ? new FetchedEvidence(document, Judge(document, policy, nonce, key, now), key)
            : new FetchedEvidence(null, new EvidenceReport("", [], false, EvidenceCheck.Format, "the answer is not an evidence document", []), key);
    }

    /// <summary>For requests to the endpoint whose evidence was accepted: connections to any other key fail.</summary>
    public static SocketsHttpHandler HandlerFor(Hash256 tlsKey) => HandlerWith(certificate => KeyOf(certificate) == tlsKey);

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

    private static async Task<Hash256> SeeKeyAsync(Uri endpoint, CancellationToken cancellation)
    {
        Hash256? seen = null;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellation);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(OptionsWith(endpoint.Host, certificate => (seen = KeyOf(certificate)) is not null), cancellation);
            return seen!.Value;
        }
        catch (Exception failed) when (failed is SocketException or AuthenticationException or IOException)
        {
            throw new HttpRequestException($"{endpoint} cannot be reached: {failed.Message}", failed);
        }
    }

    private static SocketsHttpHandler HandlerWith(Func<X509Certificate?, bool> isAccepted) => new() { SslOptions = OptionsWith(null, isAccepted) };

    private static SslClientAuthenticationOptions OptionsWith(string? host, Func<X509Certificate?, bool> isAccepted) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => isAccepted(certificate),
    };

    private static Hash256? KeyOf(X509Certificate? certificate) =>
        certificate is X509Certificate2 known ? Sha256.Hash(known.PublicKey.ExportSubjectPublicKeyInfo()) : null;
}
