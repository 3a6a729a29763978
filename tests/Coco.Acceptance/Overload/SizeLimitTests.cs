using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.Overload;

/// <summary>The largest transaction, batch and request, and each a little larger.</summary>
[Collection(OverloadNetwork.Collection)]
public sealed class SizeLimitTests(OverloadNetwork shared)
{
    private const int MostTransactionBytes = 128 * 1024;
    private const int MostCalls = 1_000;
    private const int MostRequestBytes = 10 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_largest_transaction_is_committed_and_one_byte_more_is_refused_in_geths_words()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        using var client = new EthereumClient(status.Nodes[1], status.Accounts[1]);
        await client.ReadNonceAsync();
        JsonElement refused = (await client.SendAsync(SignSized(client, MostTransactionBytes + 1))).GetProperty("error");
        Assert.Equal(
            (-32000, "oversized data: transaction size 131073, limit 131072"),
            (refused.GetProperty("code").GetInt32(), refused.GetProperty("message").GetString()));
        JsonElement taken = await client.SendAsync(SignSized(client, MostTransactionBytes));
        Assert.True(taken.TryGetProperty("result", out JsonElement hash), taken.GetRawText());
        Assert.Equal("0x1", (await client.ReceiptAsync(hash.GetString()!)).GetProperty("status").GetString());
        await client.TransferAsync(); // the refused one has taken no nonce
    }

    [Fact]
    public async Task A_batch_above_the_limit_is_refused_as_a_whole()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        using var client = new EthereumClient(status.Nodes[1], status.Accounts[1]);
        JsonElement all = JsonSerializer.Deserialize<JsonElement>((await client.PostAsync(Batch(MostCalls))).Body);
        Assert.Equal(MostCalls, all.GetArrayLength());
        Assert.All(all.EnumerateArray(), answer => Assert.Equal("0x7e1", answer.GetProperty("result").GetString()));
        JsonElement refused = JsonSerializer.Deserialize<JsonElement>((await client.PostAsync(Batch(MostCalls + 1))).Body);
        Assert.Equal("batch too large", Assert.Single(refused.EnumerateArray()).GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_request_above_the_limit_is_answered_413()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        using var client = new EthereumClient(status.Nodes[1], status.Accounts[1]);
        const string call = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""";
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(call.PadRight(MostRequestBytes))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync(call.PadRight(MostRequestBytes + 1))).Status);
    }

    [Fact]
    public async Task A_message_above_the_limit_closes_its_WebSocket_with_1009()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(status.Nodes[1].DevelopmentRpc!) { Scheme = "ws" }.Uri, CancellationToken.None);
        Task<WebSocketReceiveResult> closed = socket.ReceiveAsync(new byte[100], CancellationToken.None);
        await socket.SendAsync(new byte[MostRequestBytes + 1], WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await closed.WaitAsync(Patience)).CloseStatus);
    }

    /// <summary>The length of a signature differs by a byte now and then.</summary>
    private static byte[] SignSized(EthereumClient client, int bytes)
    {
        int data = bytes - 130;
        byte[] raw = client.Sign(data);
        for (; raw.Length != bytes; raw = client.Sign(data)) data += bytes - raw.Length;
        return raw;
    }

    private static string Batch(int calls) =>
        $"[{string.Join(',', Enumerable.Range(1, calls).Select(id => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"eth_chainId"}"""))}]";
}
