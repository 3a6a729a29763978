namespace Coco.Bench;

/// <summary>Opens the connections, spread evenly over the nodes, and lets them work through plans.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private readonly IRpcConnection[] _connections;

    /// <summary>One for each target.</summary>
    private readonly IRpcConnection[] _receipts;

    private LoadRun(IRpcConnection[] connections, IRpcConnection[] receipts)
    {
        _connections = connections;
        _receipts = receipts;
    }

    public static async Task<LoadRun> OpenAsync(IReadOnlyList<Uri> targets, TlsTrust trust, int count, CancellationToken cancellation)
    {
        IRpcConnection[] connections = [.. Enumerable.Range(0, count).Select(i => RpcConnections.Create(targets[i % targets.Count], trust))];
        IRpcConnection[] receipts = [.. targets.Take(count).Select(target => RpcConnections.Create(target, trust))];
        LoadRun run = new(connections, receipts);
        try
        {
            await Parallel.ForEachAsync(run.All, cancellation, static (connection, token) => connection.ConnectAsync(token));
        }
        catch (IOException silent)
        {
            await run.DisposeAsync();
            throw new BenchFailureException(BenchFailureKind.Missing, silent.Message);
        }
        return run;
    }

    /// <summary>Runs a plan to its end. With a rate the loop is open.</summary>
    public async Task RunAsync(LoadPlan plan, LoadResults results, int batch, double? rate, CancellationToken cancellation)
    {
        Pacer? pacer = rate is { } perSecond ? new Pacer(perSecond, _connections.Length) : null;
        int[][] parts = plan.Split(_connections.Length);
        ReceiptReader[] readers = [.. _receipts.Select(connection => new ReceiptReader(plan, connection))];
        ConnectionLoad[] loads = [.. _connections.Select((connection, i) =>
            new ConnectionLoad(plan, results, connection, readers[i % readers.Length], parts[i], batch, pacer, i))];
        pacer?.Start(plan.Operations.Length, operation => plan.ConnectionOf(operation, _connections.Length), cancellation);
        using CancellationTokenRegistration stop = cancellation.Register(Abort);
        try
        {
            Task reading = Task.WhenAll(readers.Select(reader => reader.RunAsync(cancellation)));
            Task sending = Task.WhenAll(loads.Select(load => load.RunAsync(cancellation)));
            await await Task.WhenAny(sending, reading);
            foreach (ReceiptReader reader in readers) reader.Complete();
            await reading;
        }
        catch (ObjectDisposedException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            foreach (ConnectionLoad load in loads) load.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IRpcConnection connection in All) await connection.DisposeAsync();
    }

    private IEnumerable<IRpcConnection> All => _connections.Concat(_receipts);

    /// <summary>Closing the connections ends exchanges under way.</summary>
    private void Abort()
    {
        foreach (IRpcConnection connection in All) _ = connection.DisposeAsync().AsTask();
    }
}
