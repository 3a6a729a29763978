using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Coco.Chaos;

/// <summary>The calls of docs/ledgers/keyvalue.md to one node. Null answers: the node could not say.</summary>
internal sealed class RegisterClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http;

    /// <param name="authority">The certificate of the network's authority, which alone is trusted.</param>
    public RegisterClient(Uri node, X509Certificate2Collection authority)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authority);
        SocketsHttpHandler handler = new() { ConnectTimeout = ConnectPatience };
        handler.SslOptions.CertificateChainPolicy = policy;
        _http = new HttpClient(handler) { BaseAddress = node, Timeout = Patience };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a write under its id and expiry, and says whether it was applied; sent again, it is not executed again.</summary>
    public async Task<bool?> WriteAsync(HistoryOperation operation, long expires, CancellationToken cancellation)
    {
        bool isPut = operation.Kind == OperationKind.Put;
        object body = isPut ? new { id = operation.Id, key = operation.Key, value = operation.Value, expires }
            : new { id = operation.Id, key = operation.Key, expected = operation.Expected, value = operation.Value, expires };
        return await PostAsync(isPut ? "/kv/put" : "/kv/compareAndSet", body, cancellation) is { } answer
            && answer.TryGetProperty("applied", out JsonElement applied)
            ? applied.GetBoolean() : null;
    }

    /// <summary>A linearizable read: whether there was an answer, and the value, null where the key is absent.</summary>
    public async Task<(bool IsKnown, string? Value)> ReadAsync(string key, CancellationToken cancellation)
    {
        if (await PostAsync("/kv/get?consistency=linearizable", new { key }, cancellation) is not { } answer) return (false, null);
        return (true, answer.GetProperty("found").GetBoolean() ? answer.GetProperty("value").GetString() : null);
    }

    private async Task<JsonElement?> PostAsync(string call, object body, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _http.PostAsJsonAsync(call, body, cancellation);
            return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellation) : null;
        }
        catch (Exception silent) when (silent is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}
