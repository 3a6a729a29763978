using System.Collections.Concurrent;
using System.Net;
using Coco.Ledgers.KeyValue;
using Coco.Worker;

namespace Coco.Enclave.Tests.Manager;

/// <summary>A real worker with the key-value ledger, started again whenever it ends, as a supervisor does.</summary>
internal sealed class SupervisedWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
    });
    private readonly Uri _ready;
    private int _ends;

    public SupervisedWorker(AttestedBoundary way, IPEndPoint clients)
    {
        _ready = new Uri($"https://{clients}/health/ready");
        _client.Timeout = TimeSpan.FromSeconds(10);
        _running = Task.Run(() => RunAsync(new WorkerOptions("", clients, null) { Attested = way }));
    }

    /// <summary>How often it ended.</summary>
    public int Ends => Volatile.Read(ref _ends);

    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>Null: nobody answers at its endpoint.</summary>
    public async Task<HttpStatusCode?> AskAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(_ready);
            return answer.StatusCode;
        }
        catch (Exception nobody) when (nobody is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async Task UntilAsync(HttpStatusCode? wanted)
    {
        HttpStatusCode? last = await AskAsync();
        for (long start = Environment.TickCount64; last != wanted; last = await AskAsync())
        {
            Assert.True(Environment.TickCount64 - start < 60_000, $"its clients get {last?.ToString() ?? "nothing"}, not {wanted?.ToString() ?? "nothing"}\n{string.Join('\n', Lines)}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(WorkerOptions options)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var node = new WorkerNode(options, [new KeyValueLedgerFactory()], Lines.Enqueue);
                await node.RunAsync(_stop.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or IOException or InvalidDataException)
            {
                Lines.Enqueue(end.Message);
            }
            Interlocked.Increment(ref _ends);
        }
    }
}
