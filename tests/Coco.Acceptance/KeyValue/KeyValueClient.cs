using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>Calls of one VN, over TLS with the network's own authority as only trust.</summary>
internal sealed class KeyValueClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;

    public KeyValueClient(NodeDocument node)
    {
        Name = node.Name;
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(node.CaFile);
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = policy;
        _http = new HttpClient(handler) { BaseAddress = new Uri(node.Rpc), Timeout = Patience };
    }

    public string Name { get; }

    /// <summary>Null where the VN gave no answer that counts: no connection, 202 or 503.</summary>
    public async Task<Outcome?> SubmitAsync(Submission submission)
    {
        (HttpStatusCode status, JsonElement body) = await TryPostAsync(submission.Call, submission.Body);
        return status is 0 or HttpStatusCode.ServiceUnavailable or HttpStatusCode.Accepted ? null : Committed(submission.Call, status, body);
    }

    public async Task<Outcome> PutAsync(string key, string value)
    {
        Submission put = Submission.Put(key, value);
        (HttpStatusCode status, JsonElement body) = await TryPostAsync(put.Call, put.Body);
        return Committed(put.Call, status, body);
    }

    /// <summary>The value of a key, null where there is none; fails where the VN does not answer.</summary>
    public async Task<string?> GetAsync(string key, bool isLinearizable = false)
    {
        (HttpStatusCode status, JsonElement body) = await TryPostAsync(isLinearizable ? "get?consistency=linearizable" : "get", new { key });
        Assert.True(status == HttpStatusCode.OK, $"{Name} answered get with {status}: {body}");
        return body.GetProperty("found").GetBoolean() ? body.GetProperty("value").GetString() : null;
    }

    /// <summary>The same; null also where the VN does not answer now.</summary>
    public async Task<string?> TryGetAsync(string key)
    {
        (HttpStatusCode status, JsonElement body) = await TryPostAsync("get", new { key });
        return status == HttpStatusCode.OK && body.GetProperty("found").GetBoolean() ? body.GetProperty("value").GetString() : null;
    }

    /// <summary>0 where there is no connection.</summary>
    public async Task<HttpStatusCode> ReadStatusAsync() => (await TryPostAsync("get", new { key = "any" })).Status;

    public void Dispose() => _http.Dispose();

    private Outcome Committed(string call, HttpStatusCode status, JsonElement body)
    {
        Assert.True(status == HttpStatusCode.OK, $"{Name} answered {call} with {status}: {body}");
        return new Outcome(body.GetProperty("transaction").GetString()!, body.GetProperty("batch").GetUInt64(), body.GetProperty("applied").GetBoolean());
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> TryPostAsync(string call, object body)
    {
        try
        {
            using HttpResponseMessage response = await _http.PostAsJsonAsync($"kv/{call}", body);
            string text = await response.Content.ReadAsStringAsync();
            bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
            return (response.StatusCode, isJson ? JsonSerializer.Deserialize<JsonElement>(text) : JsonSerializer.SerializeToElement(text));
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or IOException)
        {
            return (0, JsonSerializer.SerializeToElement(silent.Message));
        }
    }
}

/// <summary>A request that can be sent again as it is: same id, same expiry.</summary>
internal sealed record Submission(string Call, object Body)
{
    public static Submission Put(string key, string value) => new("put", new { id = NewId(), key, value, expires = Expiry() });

    public static Submission CompareAndSet(string key, string? expected, string value) =>
        new("compareAndSet", new { id = NewId(), key, expected, value, expires = Expiry() });

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static long Expiry() => DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeMilliseconds();
}

/// <summary>What an acknowledged request was answered.</summary>
internal sealed record Outcome(string Transaction, ulong Batch, bool Applied);
