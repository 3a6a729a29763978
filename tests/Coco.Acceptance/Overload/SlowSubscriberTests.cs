using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Coco.Acceptance.Network;
using Xunit.Abstractions;

namespace Coco.Acceptance.Overload;

/// <summary>WebSocket clients that subscribe and ask, and never read.</summary>
[Collection(OverloadNetwork.Collection)]
public sealed class SlowSubscriberTests(OverloadNetwork shared, ITestOutputHelper output)
{
    private const int MostMegabytes = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_that_piles_up_answers_is_cut_off_and_another_is_told_everything()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        var memory = new ResidentMemory(status);
        NodeDocument node = status.Nodes[2];
        using var client = new EthereumClient(node, status.Accounts[2]);
        await client.ReadNonceAsync();
        using ClientWebSocket other = await SubscribeAsync(node);

        string hash = (await client.SendAsync(client.Sign(120_000))).GetProperty("result").GetString()!;
        string block = (await client.ReceiptAsync(hash)).GetProperty("blockNumber").GetString()!;
        using Socket slow = await UpgradeAsync(node);
        await slow.SendAsync(Frame("""{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"""));
        byte[] question = Frame($$"""{"jsonrpc":"2.0","id":2,"method":"eth_getBlockByNumber","params":["{{block}}",true]}""");
        int asked = await SendUntilCutAsync(slow, question);
        await client.TransferAsync();

        output.WriteLine($"cut off after {asked} questions at most; {memory.AssertGrownByLessThan(MostMegabytes)}");
        string head = (await client.CallAsync("eth_blockNumber", "")).GetProperty("result").GetString()!;
        using var late = new CancellationTokenSource(Patience);
        while (!(await ReadAsync(other, late.Token)).Contains($"\"number\":\"{head}\"", StringComparison.Ordinal)) { }
    }

    [LongFact]
    public async Task One_that_gives_no_sign_of_life_is_cut_off_within_a_minute()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        using Socket slow = await UpgradeAsync(status.Nodes[2]);
        byte[] nothing = [0x8a, 0x80, 0, 0, 0, 0]; // a pong that nobody asked for would be a sign of life: it is sent once only
        await slow.SendAsync(nothing);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        byte[] bytes = new byte[1_024];
        while (await ReceiveAsync(slow, bytes, late.Token) > 0) { }
    }

    private static async Task<int> SendUntilCutAsync(Socket slow, byte[] question)
    {
        using var late = new CancellationTokenSource(Patience);
        for (int asked = 0; ; asked++)
        {
            try
            {
                await slow.SendAsync(question, late.Token);
            }
            catch (SocketException)
            {
                return asked;
            }
        }
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] bytes, CancellationToken cancellation)
    {
        try
        {
            return await socket.ReceiveAsync(bytes, cancellation);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task<ClientWebSocket> SubscribeAsync(NodeDocument node)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(node.DevelopmentRpc!) { Scheme = "ws" }.Uri, CancellationToken.None);
        await socket.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"""u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        return socket;
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        byte[] bytes = new byte[1 << 16];
        WebSocketReceiveResult read = await socket.ReceiveAsync(bytes, cancellation);
        Assert.True(read.EndOfMessage);
        return Encoding.UTF8.GetString(bytes, 0, read.Count);
    }

    private static async Task<Socket> UpgradeAsync(NodeDocument node)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", new Uri(node.DevelopmentRpc!).Port);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8.ToArray());
        Assert.True(await socket.ReceiveAsync(new byte[1_024]) > 0);
        return socket;
    }

    /// <summary>A text message of up to 65,535 bytes, masked with zeros (RFC 6455, 5.2).</summary>
    private static byte[] Frame(string text) =>
        [0x81, 0x80 | 126, (byte)(text.Length >> 8), (byte)text.Length, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(text)];
}
