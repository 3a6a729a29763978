using System.Net;
using System.Net.Sockets;
using Coco.Manager.Peers;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Enclave.Tests.Manager;

/// <summary>A VN at something long, and one whose message is long, are not taken for dead.</summary>
public sealed class LifeSignsTests
{
    private const int LongBytes = 40 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, 0)]
    [InlineData(150, 1)]
    [InlineData(19_000, 1)]
    [InlineData(60_000, 0)]
    public void A_long_step_is_told_and_one_that_hangs_is_not(long busyMs, int told)
    {
        int signs = 0;
        new LifeSigns(() => busyMs, () => signs++).Look();
        Assert.Equal(told, signs);
    }

    [Fact]
    public async Task While_a_long_message_comes_its_bytes_are_a_sign_of_life_for_both_sides()
    {
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        using var ending = new CancellationTokenSource(Patience);
        using var sender = new PeerLink(here, Peer(), ending.Token);
        using var receiver = new PeerLink(there, Peer(), ending.Token);
        var received = new List<PeerMessage>();
        int answers = 0;
        var answered = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        Task sending = sender.RunAsync(
            message =>
            {
                if (message is not StillHere) return;
                answers++;
                answered.TrySetResult();
            });
        Task receiving = receiver.RunAsync(
            message =>
            {
                received.Add(message);
                if (message is ReadIndexAsk) second.TrySetResult();
            });
        sender.Send(new ConsensusPeerMessage(default, new byte[8], [new byte[3], new byte[LongBytes]]));
        sender.Send(new ReadIndexAsk(1));
        await Task.WhenAll(second.Task, answered.Task).WaitAsync(ending.Token);
        await ending.CancelAsync();
        await Task.WhenAll(sending, receiving);
        Assert.InRange(received.Count(message => message is StillHere), 30, 41);
        Assert.InRange(answers, 1, 41);
        Assert.Equal(LongBytes, Assert.IsType<ConsensusPeerMessage>(received[^2]).Frames[1].Length);
        Assert.IsType<ReadIndexAsk>(received[^1]);
    }

    private static AttestedPeer Peer() => null!;

    private static async Task<(NetworkStream, NetworkStream)> ConnectAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Task<Socket> accepting = listener.AcceptSocketAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        return (new NetworkStream(client, ownsSocket: true), new NetworkStream(await accepting, ownsSocket: true));
    }
}
