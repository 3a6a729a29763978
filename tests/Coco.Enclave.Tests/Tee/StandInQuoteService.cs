using System.Buffers.Text;
using System.Net;
using System.Text.Json;

namespace Coco.Enclave.Tests.Tee;

/// <summary>The quoting service of an Azure host, on loopback: POST {"report": base64url} is answered by {"quote": base64url}.</summary>
internal sealed class StandInQuoteService : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _quote;

    public StandInQuoteService(byte[] quote)
    {
        _quote = quote;
        int port = Ports.Free();
        Address = new Uri($"http://127.0.0.1:{port}/acc/tdquote");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }
    public List<byte[]> Asked { get; } = [];
    public int Status { get; set; } = 200;

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        context.Response.StatusCode = Status;
        if (Status == 200 && context.Request is { HttpMethod: "POST", RawUrl: "/acc/tdquote", ContentType: "application/json" })
        {
            using JsonDocument question = JsonDocument.Parse(context.Request.InputStream);
            Asked.Add(Base64Url.DecodeFromChars(question.RootElement.GetProperty("report").GetString()));
            context.Response.OutputStream.Write(JsonSerializer.SerializeToUtf8Bytes(new { quote = Base64Url.EncodeToString(_quote) }));
        }
        context.Response.Close();
    }
}
