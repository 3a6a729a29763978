using System.Net.WebSockets;
using Coco.Worker.Front;

namespace Coco.Enclave.Tests.Worker.Front;

/// <summary>WebSocket clients of a node that can't serve for a while.</summary>
public sealed class StreamHealthTests : FrontHarness
{
    public StreamHealthTests() => FrontLimits = new FrontLimits { StreamPatience = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task A_node_that_cannot_serve_says_so_and_closes()
    {
        using ClientWebSocket client = await OpenAsync();
        Health = new NodeHealth(false, false, "the manager does not answer");
        Task<WebSocketReceiveResult> reading = client.ReceiveAsync(new byte[10], CancellationToken.None);
        await client.SendAsync(new byte[10], WebSocketMessageType.Text, true, CancellationToken.None);
        WebSocketReceiveResult closed = await reading.WaitAsync(Patience);
        Assert.Equal((1013, "the manager does not answer"), ((int)closed.CloseStatus!, closed.CloseStatusDescription));
        await AssertAllIsGivenBackAsync();
    }

    [Fact]
    public async Task A_message_waits_for_a_node_that_serves_again_soon()
    {
        OnMessage = static (stream, message) =>
        {
            stream.Answered(message.Length);
            stream.Send(message);
        };
        using ClientWebSocket client = await OpenAsync();
        Health = new NodeHealth(false, false, "the manager does not answer");
        Task<WebSocketReceiveResult> reading = client.ReceiveAsync(new byte[10], CancellationToken.None);
        await client.SendAsync(new byte[7], WebSocketMessageType.Text, true, CancellationToken.None);
        await UntilHeldAsync(static bytes => bytes > 0);
        Health = new NodeHealth(true, true, "");
        Assert.Equal(7, (await reading.WaitAsync(Patience)).Count);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await NextEnd;
        await AssertAllIsGivenBackAsync();
    }
}
