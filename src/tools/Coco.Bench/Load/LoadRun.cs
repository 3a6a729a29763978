namespace Coco.Bench;

/// <summary>Opens the connections, spread evenly over the nodes, and lets them work through plans.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private readonly IRpcConnection[] _connections;

    private LoadRun(IRpcConnection[] connections) => _connections = connections;

    public static async Task<LoadRun> OpenAsync(IReadOnlyList<Uri> targets, TlsTrust trust, int count, CancellationToken cancellation)
    {
        IRpcConnection[] connections = [.. Enumerable.Range(0, count).Select(i => RpcConnections.Create(targets[i % targets.Count], trust))];
        LoadRun run = new(connections);
        try
        {
            await Parallel.ForEachAsync(connections, cancellation, static (connection, token) => connection.ConnectAsync(token));
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
        ConnectionLoad[] loads = [.. _connections.Select((connection, i) =>
            new ConnectionLoad(plan, results, connection, parts[i], batch, pacer, i))];
        pacer?.Start(plan.Operations.Length, operation => plan.ConnectionOf(operation, _connections.Length), cancellation);
        using CancellationTokenRegistration stop = cancellation.Register(Abort);
        try
        {
            await Task.WhenAll(loads.Select(load => load.RunAsync(cancellation)));
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
        foreach (IRpcConnection connection in _connections) await connection.DisposeAsync();
    }

    /// <summary>Closing the connections ends exchanges under way.</summary>
    private void Abort()
    {
        foreach (IRpcConnection connection in _connections) _ = connection.DisposeAsync().AsTask();
    }
}
