using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Coco.Supervisor;

/// <summary>Talks to one manager's administration endpoint, trusting the network's own authority alone.</summary>
public sealed class AdminClient : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="address">HOST:PORT.</param>
    /// <param name="caFile">The certificate of the network's authority (PEM), which each node keeps in <c>manager/ca.pem</c>.</param>
    public AdminClient(string address, string caFile)
    {
        Address = address;
        if (!File.Exists(caFile)) throw new SupervisorException($"There is no file {caFile}: the node has not joined a network yet.", isMissing: true);
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        SocketsHttpHandler handler = new() { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        _client = new HttpClient(handler) { BaseAddress = new Uri($"https://{address}/"), Timeout = Limits.GovernancePatience };
    }

    public string Address { get; }

    public void Dispose() => _client.Dispose();

    /// <summary>A document; null where the node does not answer or does not have it yet.</summary>
    public async Task<byte[]?> TryGetAsync(string document, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(document, cancellation);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync(cancellation) : null;
        }
        catch (Exception silent) when (IsSilence(silent, cancellation))
        {
            return null;
        }
    }

    /// <summary>Sends a member's signed request; null where the node does not answer.</summary>
    internal async Task<AdminAnswer?> TrySubmitAsync(byte[] signedRequest, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _client.PostAsync("governance", new ByteArrayContent(signedRequest), cancellation);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            AdminAnswer? read = JsonSerializer.Deserialize<AdminAnswer>(body, SupervisorJson.Options);
            return read is null ? null : read with { IsElsewhere = answer.StatusCode == HttpStatusCode.MisdirectedRequest };
        }
        catch (Exception silent) when (IsSilence(silent, cancellation) || silent is JsonException)
        {
            return null;
        }
    }

    private static bool IsSilence(Exception failure, CancellationToken cancellation) =>
        failure is HttpRequestException or CryptographicException or IOException
        || (failure is TaskCanceledException && !cancellation.IsCancellationRequested);
}

/// <summary>What a manager answers to a signed request.</summary>
/// <param name="IsElsewhere">It does not lead; <paramref name="Leader"/> names who does, or is empty while nobody does.</param>
internal sealed record AdminAnswer(bool Accepted, string Text, string? Leader, bool IsElsewhere);
