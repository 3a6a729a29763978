using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Coco.Worker.Front;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coco.Enclave.Tests.Worker.Front;

/// <summary>Clients that connect and say nothing, or half of something.</summary>
public sealed class SilentClientTests : FrontHarness
{
    public SilentClientTests() => FrontLimits = new FrontLimits
    {
        Handshake = TimeSpan.FromMilliseconds(300),
        RequestHead = TimeSpan.FromMilliseconds(300),
        Idle = TimeSpan.FromMilliseconds(300),
        Slowest = new MinDataRate(100_000, TimeSpan.FromSeconds(1.1)),
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_that_say_nothing_are_closed_and_others_are_answered_meanwhile(bool isTls)
    {
        Socket[] silent = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => ConnectAsync(isTls)));
        using HttpClient client = Client();
        Assert.Equal("ok", await client.GetStringAsync("/"));
        foreach (Socket socket in silent)
            await using (var stream = new NetworkStream(socket, ownsSocket: true)) Assert.Equal("", await ReadToEndAsync(stream));
        Assert.Equal("ok", await client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Half_of_a_head_is_answered_408()
    {
        await using SslStream stream = await ConnectTlsAsync();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: loc"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 408 ", await ReadToEndAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_of_a_body_is_answered_408_and_holds_nothing()
    {
        await using SslStream stream = await ConnectTlsAsync();
        await stream.WriteAsync(Head(100_000));
        await stream.WriteAsync(new byte[50]);
        Assert.StartsWith("HTTP/1.1 408 ", await ReadToEndAsync(stream), StringComparison.Ordinal);
        await AssertAllIsGivenBackAsync();
    }

    [Fact]
    public async Task A_body_above_the_limit_is_answered_413()
    {
        using HttpClient client = Client();
        using var known = new ByteArrayContent(new byte[FrontLimits.RequestBytes + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync("/", known)).StatusCode);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[FrontLimits.RequestBytes + 1]) };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage answer = await client.SendAsync(chunked);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request too large\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        await AssertAllIsGivenBackAsync();
    }

    [Fact]
    public async Task An_answer_that_is_not_read_ends_its_connection_and_holds_nothing()
    {
        OnHttp = (_, answer, _) =>
        {
            answer.GetSpan(20 << 20);
            answer.Advance(20 << 20);
            return ValueTask.FromResult(new Coco.Ledgers.HttpAnswer(200, "text/plain"));
        };
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Head(0));
        await UntilHeldAsync(static bytes => bytes > 0);
        await AssertAllIsGivenBackAsync();
        await using var stream = new NetworkStream(socket);
        Assert.True((await ReadToEndAsync(stream)).Length < 20 << 20);
    }
}
