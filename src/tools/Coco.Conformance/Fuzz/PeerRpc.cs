using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Coco.Conformance.Fuzz;

/// <summary>JSON-RPC to a development node, synchronous: a fuzz run does one thing at a time.</summary>
internal sealed class PeerRpc(Uri url) : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Throws IOException when the node answers with an error.</summary>
    public JsonElement Call(string method, string parameters)
    {
        (JsonElement result, string? error) = TryCall(method, parameters);
        return error is null ? result : throw new IOException($"{method}: {error}");
    }

    public (JsonElement Result, string? Error) TryCall(string method, string parameters) => Read(Send(Render(method, parameters, 0)));

    /// <summary>Many calls in one request; the results are in the order of the calls. Throws IOException when one fails.</summary>
    public JsonElement[] CallAll(IReadOnlyList<(string Method, string Parameters)> calls)
    {
        if (calls.Count == 0) return [];
        string body = $"[{string.Join(',', calls.Select((call, i) => Render(call.Method, call.Parameters, i)))}]";
        var results = new JsonElement[calls.Count];
        foreach (JsonElement answer in Send(body).EnumerateArray())
        {
            int id = answer.GetProperty("id").GetInt32();
            (results[id], string? error) = Read(answer);
            if (error is not null) throw new IOException($"{calls[id].Method}: {error}");
        }
        return results;
    }

    public void Dispose() => _client.Dispose();

    private JsonElement Send(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage response = _client.Send(request);
            using Stream content = response.Content.ReadAsStream();
            using JsonDocument document = JsonDocument.Parse(content);
            return document.RootElement.Clone();
        }
        catch (Exception broken) when (broken is HttpRequestException or JsonException or TaskCanceledException)
        {
            throw new IOException($"The peer {url} does not answer: {broken.Message}");
        }
    }

    private static string Render(string method, string parameters, int id) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":[{{parameters}}]}""";

    private static (JsonElement Result, string? Error) Read(JsonElement answer) =>
        answer.Field("error") is { } error ? (default, error.Field("message")?.Text() ?? error.ToString()) : (answer.GetProperty("result"), null);
}
