using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coco.Acceptance.Network;
using Xunit.Abstractions;

namespace Coco.Acceptance.Overload;

/// <summary>A thousand clients that connect and say nothing, and a thousand that send half of a request.</summary>
[Collection(OverloadNetwork.Collection)]
public sealed class SilentClientTests(OverloadNetwork shared, ITestOutputHelper output)
{
    private const int Many = 1_000;
    private const int MostMegabytes = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RequestHead = TimeSpan.FromSeconds(10);

    /// <summary>For a machine that is busy with other things, and looks at the clock once a second.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task They_are_closed_in_time_while_anothers_transactions_go_on_and_memory_stays_bounded()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        var memory = new ResidentMemory(status);
        NodeDocument node = status.Nodes[0];
        using var over = new CancellationTokenSource();
        Task<List<TimeSpan>> others = TransferAsync(node, status.Accounts[0], over.Token);

        Task<TimeSpan>[] half = await OpenAsync(16, () => SendHalfAsync(node), "HTTP/1.1 408");
        Task<TimeSpan>[] nothing = await OpenAsync(64, async () => new NetworkStream(await ConnectAsync(node), ownsSocket: true), "");
        output.WriteLine($"with {2 * Many} connections: {memory.AssertGrownByLessThan(MostMegabytes)}");
        TimeSpan[] halves = await Task.WhenAll(half), silent = await Task.WhenAll(nothing);
        await over.CancelAsync();
        List<TimeSpan> transfers = await others;

        output.WriteLine($"silent closed after {silent.Min().TotalSeconds:0.0} to {silent.Max().TotalSeconds:0.0} s, half requests after {halves.Min().TotalSeconds:0.0} to {halves.Max().TotalSeconds:0.0} s");
        output.WriteLine($"{transfers.Count} transfers meanwhile, p95 {transfers.Order().ElementAt(transfers.Count * 95 / 100).TotalMilliseconds:0} ms, the slowest {transfers.Max().TotalMilliseconds:0} ms");
        output.WriteLine($"afterwards: {memory.AssertGrownByLessThan(MostMegabytes)}");
        Assert.All(silent, time => Assert.InRange(time, Handshake - TimeSpan.FromSeconds(1), Handshake + Slack));
        Assert.All(halves, time => Assert.InRange(time, RequestHead - TimeSpan.FromSeconds(2), RequestHead + Slack));
        Assert.True(transfers.Count > 50, $"only {transfers.Count} transfers");
        Assert.True(transfers.Max() < TimeSpan.FromSeconds(5), $"a transfer took {transfers.Max()}");
    }

    private static async Task<List<TimeSpan>> TransferAsync(NodeDocument node, AccountDocument account, CancellationToken over)
    {
        using var client = new EthereumClient(node, account);
        await client.ReadNonceAsync();
        List<TimeSpan> times = [];
        while (!over.IsCancellationRequested) times.Add(await client.TransferAsync());
        return times;
    }

    /// <summary>A thousand, so many at a time; gives how long each stays open, and sees that it is told <paramref name="answer"/> before.</summary>
    private static async Task<Task<TimeSpan>[]> OpenAsync(int atATime, Func<Task<Stream>> connect, string answer)
    {
        var ends = new Task<TimeSpan>[Many];
        await Parallel.ForAsync(0, Many, new ParallelOptions { MaxDegreeOfParallelism = atATime }, async (i, _) => ends[i] = EndAsync(await connect(), answer));
        return ends;
    }

    private static async Task<TimeSpan> EndAsync(Stream stream, string answer)
    {
        long start = Stopwatch.GetTimestamp();
        using var late = new CancellationTokenSource(Patience);
        using var reader = new StreamReader(stream);
        Assert.StartsWith(answer, await ReadAsync(reader, late.Token), StringComparison.Ordinal);
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (IOException)
        {
            return ""; // reset
        }
    }

    private static async Task<Stream> SendHalfAsync(NodeDocument node)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(node.CaFile);
        var stream = new SslStream(new NetworkStream(await ConnectAsync(node), ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy });
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-"u8.ToArray());
        return stream;
    }

    private static async Task<Socket> ConnectAsync(NodeDocument node)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", new Uri(node.Rpc).Port);
        return socket;
    }
}
