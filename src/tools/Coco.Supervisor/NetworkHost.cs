using System.Diagnostics;

namespace Coco.Supervisor;

/// <summary>What <c>up</c>, <c>down</c>, <c>logs</c> and <c>node start|stop</c> do.</summary>
public static class NetworkHost
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>Each worker reads the genesis state of a network that begins: this much of it in a second at least.</summary>
    private const double GenesisBytesPerSecond = 1 << 20;

    /// <summary>A supervisor that does not answer after this has ended.</summary>
    private static readonly TimeSpan SupervisorPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Creates the network unless the data directory holds one, starts its supervisor, and waits until every node is open.</summary>
    public static async Task<NetworkStatus> UpAsync(DataDirectory data, UpOptions options, string cliProgram, CancellationToken cancellation)
    {
        if (await SupervisorClient.TryAskAsync(data, new ControlRequest("processes"), cancellation) is not null)
            throw new SupervisorException($"A network runs from {data.Path} already. See: coco status --data {data.Path}");
        if (!data.HasNetwork)
        {
            if (Directory.Exists(data.Path) && Directory.EnumerateFileSystemEntries(data.Path).Any())
                throw new SupervisorException($"{data.Path} is not empty and holds no network. Empty it or choose another folder with --data.");
            await CreateAsync(data, options, cancellation);
        }
        NetworkDescription.Read(data);
        StartSupervisor(data, cliProgram);
        try
        {
            return await WaitUntilOpenAsync(data, cancellation);
        }
        catch
        {
            await DownAsync(data, CancellationToken.None); // an attempt that failed leaves nothing running
            throw;
        }
    }

    /// <summary>Nothing is left of a network that could not be created: the folder was empty or not there before.</summary>
    private static async Task CreateAsync(DataDirectory data, UpOptions options, CancellationToken cancellation)
    {
        bool isNew = !Directory.Exists(data.Path);
        try
        {
            await DevelopmentNetwork.CreateAsync(data, options, cancellation);
        }
        catch
        {
            DirectoryInfo made = new(data.Path);
            if (!made.Exists) throw;
            foreach (DirectoryInfo folder in made.GetDirectories()) folder.Delete(recursive: true);
            foreach (FileInfo file in made.GetFiles()) file.Delete();
            if (isNew) made.Delete();
            throw;
        }
    }

    /// <summary>Stops every process of the network. False where none ran.</summary>
    public static async Task<bool> DownAsync(DataDirectory data, CancellationToken cancellation)
    {
        NetworkDescription.Read(data);
        if (await SupervisorClient.TryAskAsync(data, new ControlRequest("stop"), cancellation) is null) return false;
        while (File.Exists(data.PidFile) && await SupervisorClient.TryAskAsync(data, new ControlRequest("processes"), cancellation) is not null)
            await Task.Delay(Pause, cancellation);
        return true;
    }

    public static Task StartNodeAsync(DataDirectory data, string node, CancellationToken cancellation) =>
        SupervisorClient.AskAsync(data, new ControlRequest("start-node", node), cancellation);

    /// <summary>Stops a node until it is started by name, also across restarts of the supervisor.</summary>
    public static Task StopNodeAsync(DataDirectory data, string node, CancellationToken cancellation) =>
        SupervisorClient.AskAsync(data, new ControlRequest("stop-node", node), cancellation);

    /// <summary>Copies the logs to <paramref name="output"/>, each line behind its process; goes on as they grow if asked to.</summary>
    public static async Task LogsAsync(DataDirectory data, string? node, bool follows, TextWriter output, CancellationToken cancellation)
    {
        NetworkDescription network = NetworkDescription.Read(data);
        if (node is not null && !network.Nodes.Contains(node)) throw new SupervisorException($"There is no node {node}.");
        List<LogTail> tails = [];
        foreach (string name in network.Nodes.Where(name => node is null || name == node))
            foreach (string process in (string[])["manager", "worker"])
                tails.Add(new LogTail($"{name}/{process}", data.LogFile(name, process)));
        do
        {
            foreach (LogTail tail in tails) tail.CopyTo(output);
            if (follows) await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (follows && !cancellation.IsCancellationRequested);
    }

    /// <summary>In a session of its own, so that it outlives the terminal.</summary>
    internal static void StartSupervisor(DataDirectory data, string cliProgram)
    {
        string[] command = [cliProgram, "supervise", "--data", data.Path];
        ProcessStartInfo start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(command[0], command[1..])
            : new ProcessStartInfo("/bin/sh", ["-c", "exec setsid \"$@\" >>\"$0\" 2>&1 </dev/null", data.SupervisorLog, .. command]);
        using Process process = Process.Start(start) ?? throw new SupervisorException("The supervisor cannot be started.");
    }

    private static async Task<NetworkStatus> WaitUntilOpenAsync(DataDirectory data, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        var genesis = new FileInfo(data.GenesisFile);
        TimeSpan patience = StartPatience + TimeSpan.FromSeconds(genesis.Exists ? genesis.Length / GenesisBytesPerSecond : 0);
        while (true)
        {
            NetworkStatus status = await StatusReader.ReadAsync(data, cancellation);
            if (status.State == "open" || (status.State == "degraded" && status.Nodes.Any(node => node.Role == "stopped"))) return status;
            if (status.State == "stopped" && Stopwatch.GetElapsedTime(start) > SupervisorPatience)
                throw new SupervisorException($"The process keeper is not running. See {data.SupervisorLog}");
            if (Stopwatch.GetElapsedTime(start) > SupervisorPatience && WhyNoQuorumServes(status) is { } reason)
                throw new SupervisorException($"The network can't open: {reason} See: coco logs --data {data.Path}");
            if (Stopwatch.GetElapsedTime(start) > patience)
                throw new SupervisorException(
                    $"The network did not open within {patience.TotalSeconds:0} seconds: {TextsOf(status.Alerts) ?? (status.Needs ?? status.State) + "."} See: coco logs --data {data.Path}");
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>
    /// What is wrong with the workers, where too few are left for a quorum: another build than the network's, for example. Said of one
    /// that failed twice in the same way: an alert stays when its worker has come back.
    /// </summary>
    private static string? WhyNoQuorumServes(NetworkStatus status)
    {
        StatusAlert[] broken = [.. status.Alerts.Where(alert => alert.Kind == "worker").GroupBy(alert => (alert.Node, alert.Text))
            .Where(same => same.Count() > 1).Select(same => same.First()).DistinctBy(alert => alert.Node)];
        return status.Nodes.Count - broken.Length >= status.Quorum.Needed ? null : TextsOf(broken);
    }

    private static string? TextsOf(IReadOnlyList<StatusAlert> alerts) => alerts.Count == 0 ? null
        : string.Join(' ', alerts.Select(alert => alert.Text).Distinct().Select(text => text.TrimEnd('.') + "."));
}
