using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Coco.Tee.Platforms;

/// <summary>Turns a TDREPORT, which only its own machine can check, into a quote for others.</summary>
public interface IQuoteService
{
    /// <summary>Throws <see cref="PlatformUnavailableException"/>.</summary>
    byte[] QuoteOf(ReadOnlySpan<byte> tdReport);
}

/// <summary>
/// The quoting service of an Azure host, at the link-local address that no router passes on (the path of azure-cvm-tooling and of
/// Intel's Trust Authority client). The host is not trusted: a quote is signed, and is about the report or refused by who verifies it.
/// </summary>
public sealed class AzureQuoteService(Uri? address = null) : IQuoteService
{
    public static readonly Uri SystemAddress = new("http://169.254.169.254/acc/tdquote");

    private const int MaxAnswer = 128 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Uri _address = address ?? SystemAddress;

    public byte[] QuoteOf(ReadOnlySpan<byte> tdReport)
    {
        string report = Base64Url.EncodeToString(tdReport);
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswer };
            using var request = new HttpRequestMessage(HttpMethod.Post, _address)
            {
                Content = new ByteArrayContent(Encoding.ASCII.GetBytes($"{{\"report\":\"{report}\"}}")) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            using HttpResponseMessage answer = client.Send(request, HttpCompletionOption.ResponseContentRead);
            answer.EnsureSuccessStatusCode();
            using Stream content = answer.Content.ReadAsStream();
            using JsonDocument document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 4 });
            return Base64Url.DecodeFromChars(document.RootElement.GetProperty("quote").GetString());
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException or JsonException or FormatException
            or KeyNotFoundException or InvalidOperationException)
        {
            throw new PlatformUnavailableException($"The quoting service {_address} gave no quote: {problem.Message}");
        }
    }
}
