using Coco.Boundary;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>Carries out faults, each to its end: what was cut, stopped or filled is whole again when the task completes.</summary>
internal sealed class FaultMaker(ChaosNetwork network, Random random) : IDisposable
{
    private const int ShortestMs = 500;
    private const int LongestMs = 4_000;
    private readonly Dictionary<string, string> _oldCopies = [];
    private readonly LinkFaults _links = new(network.Links, network.Nodes, random);

    /// <summary>Returns the node or nodes that it met.</summary>
    /// <param name="begun">Called when the fault has its effect, or is about to have it.</param>
    public async Task<string> InflictAsync(FaultKind kind, Action begun, CancellationToken cancellation)
    {
        string node = network.Nodes[random.Next(network.Nodes.Count)];
        IReadOnlyList<StatusNode> all = (await network.StatusAsync(cancellation)).Nodes;
        StatusNode found = all.First(one => one.Name == node);
        switch (kind)
        {
            case FaultKind.Kill: Signals.Send(found.ManagerPid, Signals.Kill); break;
            case FaultKind.Worker: Signals.Send(found.WorkerPid, Signals.Kill); break;
            case FaultKind.Kill2: node = KillTwo(all); break;
            case FaultKind.KillAll: node = KillAll(all); break;
            case FaultKind.Pause: await PauseAsync(found.ManagerPid, begun, cancellation); break;
            case FaultKind.Partition or FaultKind.OneWay or FaultKind.Pair or FaultKind.Unplug or FaultKind.Flap or FaultKind.Silence or FaultKind.Delay:
                return await _links.InflictAsync(kind, node, begun, cancellation);
            default: await SpoilAsync(kind, found, begun, cancellation); break;
        }
        begun();
        return node;
    }

    /// <summary>Keeps a copy of every node's files, to roll back to.</summary>
    public async Task KeepCopiesAsync(CancellationToken cancellation)
    {
        foreach (string node in network.Nodes)
        {
            await network.WhileStoppedAsync(node, () => KeepCopy(node), cancellation);
            await network.WaitUntilWholeAsync(cancellation);
        }
    }

    /// <summary>The copies go; nothing can be rolled back any more.</summary>
    public void Dispose()
    {
        foreach (string copy in _oldCopies.Values) Directory.Delete(copy, recursive: true);
    }

    /// <summary>The disk of a node.</summary>
    private async Task SpoilAsync(FaultKind kind, StatusNode found, Action begun, CancellationToken cancellation)
    {
        begun();
        string node = found.Name;
        switch (kind)
        {
            case FaultKind.Corrupt: await network.WhileStoppedAsync(node, () => Corrupt(found.LedgerDirectory), cancellation); break;
            case FaultKind.Truncate: await network.WhileStoppedAsync(node, () => Truncate(found.LedgerDirectory), cancellation); break;
            case FaultKind.RollBack: await network.WhileStoppedAsync(node, () => RollBack(node), cancellation); break;
            case FaultKind.Snapshot: await network.WhileStoppedAsync(node, () => DeleteSnapshots(node), cancellation); break;
            case FaultKind.DiskFull when !OperatingSystem.IsWindows(): await SmallDisk.FillAsync(network, node, Length(), cancellation); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private TimeSpan Length() => TimeSpan.FromMilliseconds(random.Next(ShortestMs, LongestMs));

    private string KillTwo(IReadOnlyList<StatusNode> all)
    {
        StatusNode[] two = [.. all.OrderBy(_ => random.Next()).Take(2)];
        foreach (StatusNode one in two) Signals.Send(one.ManagerPid, Signals.Kill);
        return string.Join(",", two.Select(one => one.Name));
    }

    private static string KillAll(IReadOnlyList<StatusNode> all)
    {
        foreach (StatusNode one in all)
        {
            Signals.Send(one.ManagerPid, Signals.Kill);
            Signals.Send(one.WorkerPid, Signals.Kill);
        }
        return "all";
    }

    private async Task PauseAsync(int? process, Action begun, CancellationToken cancellation)
    {
        Signals.Send(process, Signals.Stop);
        begun();
        try
        {
            await Task.Delay(Length(), cancellation);
        }
        finally
        {
            Signals.Send(process, Signals.Continue);
        }
    }

    private void Corrupt(string ledger)
    {
        string file = AnyOf(ledger);
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        if (stream.Length == 0) return;
        stream.Position = random.NextInt64(stream.Length);
        int old = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(old ^ (1 << random.Next(8))));
    }

    private void Truncate(string ledger)
    {
        string file = Directory.EnumerateFiles(ledger).Order(StringComparer.Ordinal).Last();
        using FileStream stream = new(file, FileMode.Open, FileAccess.Write);
        stream.SetLength(stream.Length - random.NextInt64(Math.Min(stream.Length, 64 << 10)));
    }

    private string AnyOf(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
        return files[random.Next(files.Length)];
    }

    /// <summary>The old copy goes in, and the files of now are the next old copy.</summary>
    private void RollBack(string node)
    {
        string old = _oldCopies[node];
        KeepCopy(node);
        string manager = ManagerFolder(node);
        Directory.Delete(manager, recursive: true);
        CopyFolder(old, manager);
        Directory.Delete(old, recursive: true);
    }

    private void KeepCopy(string node)
    {
        string copy = Directory.CreateTempSubdirectory("coco-chaos-").FullName;
        CopyFolder(ManagerFolder(node), copy);
        _oldCopies[node] = copy;
    }

    private void DeleteSnapshots(string node)
    {
        foreach (string folder in Directory.EnumerateDirectories(ManagerFolder(node), "snapshots", SearchOption.AllDirectories))
            foreach (string file in Directory.EnumerateFiles(folder)) File.Delete(file);
    }

    private string ManagerFolder(string node) => NodeConfiguration.Read(network.Data.ConfigurationFile(node)).ManagerDirectory;

    private static void CopyFolder(string from, string to)
    {
        UnixFileMode mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(from);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(to);
        else if (Directory.CreateDirectory(to).UnixFileMode != mode) File.SetUnixFileMode(to, mode);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (string folder in Directory.EnumerateDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
