using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using Coco.Ledgers;
using Coco.Worker.Front;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coco.Enclave.Tests.Worker.Front;

/// <summary>WebSocket clients that do not read, do not answer pings, send much, or send half of something.</summary>
public sealed class StreamSessionTests : FrontHarness
{
    public StreamSessionTests() => FrontLimits = new FrontLimits
    {
        Ping = TimeSpan.FromMilliseconds(200),
        StreamBytes = 300_000,
        StreamBacklogBytes = 1 << 20,
        RequestBytes = 1 << 20,
        Slowest = new MinDataRate(100_000, TimeSpan.FromSeconds(1.1)),
    };

    [Fact]
    public async Task A_client_that_does_not_read_its_answers_is_cut_off()
    {
        OnMessage = static (stream, message) =>
        {
            stream.Answered(message.Length);
            for (int i = 0; i < 100; i++) stream.Send(new byte[100_000]);
        };
        using Socket socket = await UpgradeAsync();
        await socket.SendAsync(Frame(1));
        await NextEnd;
        await AssertAllIsGivenBackAsync();
    }

    [Fact]
    public async Task A_client_that_answers_no_ping_is_cut_off()
    {
        using Socket socket = await UpgradeAsync();
        await NextEnd;
        await AssertAllIsGivenBackAsync();
    }

    [Fact]
    public async Task Half_of_a_message_is_not_waited_for_longer_than_its_pace_allows()
    {
        using ClientWebSocket client = await OpenAsync();
        Task<WebSocketReceiveResult> reading = client.ReceiveAsync(new byte[10], CancellationToken.None);
        await client.SendAsync(new byte[50_000], WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        await NextEnd;
        await AssertAllIsGivenBackAsync();
        Assert.True(await IsEndAsync(reading));
    }

    [Fact]
    public async Task A_client_is_not_read_from_while_too_much_of_it_is_under_way()
    {
        var given = new BlockingCollection<(IClientStream Stream, int Bytes)>();
        OnMessage = (stream, message) => given.Add((stream, message.Length));
        using ClientWebSocket client = await OpenAsync();
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 30; i++) await client.SendAsync(new byte[100_000], WebSocketMessageType.Text, true, CancellationToken.None);
        });
        Task<WebSocketReceiveResult> reading = client.ReceiveAsync(new byte[10], CancellationToken.None);
        for (int i = 0; i < 30; i++)
        {
            Assert.True(given.TryTake(out (IClientStream Stream, int Bytes) first, Patience));
            Assert.InRange(Server.Memory.Used, 100_000, 500_000);
            first.Stream.Answered(first.Bytes);
        }
        await sending.WaitAsync(Patience);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await reading.WaitAsync(Patience);
        await AssertAllIsGivenBackAsync();
    }

    [Fact]
    public async Task A_message_above_the_limit_closes_with_1009()
    {
        using ClientWebSocket client = await OpenAsync();
        Task<WebSocketReceiveResult> reading = client.ReceiveAsync(new byte[10], CancellationToken.None);
        await client.SendAsync(new byte[(1 << 20) + 1], WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await reading.WaitAsync(Patience)).CloseStatus);
        await NextEnd;
        await AssertAllIsGivenBackAsync();
    }

    private static async Task<bool> IsEndAsync(Task<WebSocketReceiveResult> reading)
    {
        try
        {
            return (await reading.WaitAsync(Patience)).MessageType == WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            return true;
        }
    }

    /// <summary>A WebSocket of a client that reads nothing after the handshake's answer.</summary>
    private async Task<Socket> UpgradeAsync()
    {
        Socket socket = await ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8.ToArray());
        Assert.True(await socket.ReceiveAsync(new byte[1_024]) > 0);
        return socket;
    }

    /// <summary>A text message of a few zeros, masked with zeros (RFC 6455, 5.2).</summary>
    private static byte[] Frame(byte length) => [0x81, (byte)(0x80 | length), 0, 0, 0, 0, .. new byte[length]];
}
