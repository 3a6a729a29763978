using Coco.Boundary;

namespace Coco.Supervisor;

/// <summary>The processes of a node and what the host prepares for them.</summary>
internal static class NodeProcesses
{
    /// <summary>Users from here on belong to nobody: the range that systemd gives to dynamic users.</summary>
    private const int FirstWorkerUid = 61_184;
    private const int WorkerUids = 4_000;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The manager first. Creates the folders that they expect.</summary>
    public static IReadOnlyList<ProcessPlan> PlansOf(DataDirectory data, string node)
    {
        string configurationFile = data.ConfigurationFile(node);
        NodeConfiguration configuration = NodeConfiguration.Read(configurationFile);
        string[] arguments = ["--config", configurationFile];
        int? uid = PrepareFolders(data, configuration);
        string? network = NetworkDescription.Read(data).NetworkNamespaces?.GetValueOrDefault(node);
        return
        [
            new ProcessPlan($"{node}/manager", Programs.Find(Programs.Manager), arguments, data.LogFile(node, "manager"),
                configuration.ManagerDirectory, BeforeStart: () => ResumeOnceStarted(configurationFile), NetworkNamespace: network),
            new ProcessPlan($"{node}/worker", Programs.Find(Programs.Worker), arguments, data.LogFile(node, "worker"), configuration.WorkerDirectory, uid,
                NetworkNamespace: network),
        ];
    }

    /// <summary>A node whose ledger has begun goes on with it, however often its processes or this machine restart.</summary>
    private static void ResumeOnceStarted(string configurationFile)
    {
        NodeConfiguration configuration = NodeConfiguration.Read(configurationFile);
        bool hasLedger = Directory.Exists(configuration.LedgerDirectory) && Directory.EnumerateFiles(configuration.LedgerDirectory).Any();
        if (hasLedger && configuration.Mode != NodeMode.Resume) (configuration with { Mode = NodeMode.Resume }).Write(configurationFile);
    }

    /// <summary>Returns the worker's own user where the host can give it one, so that it cannot read the manager's files or memory.</summary>
    private static int? PrepareFolders(DataDirectory data, NodeConfiguration configuration)
    {
        string boundary = data.BoundaryFolder(configuration.NodeName);
        if (OperatingSystem.IsWindows())
        {
            foreach (string folder in (string[])[configuration.ManagerDirectory, configuration.WorkerDirectory, boundary]) Directory.CreateDirectory(folder);
            return null;
        }
        foreach (string folder in (string[])[configuration.ManagerDirectory, configuration.WorkerDirectory, boundary])
            Directory.CreateDirectory(folder, OwnerOnly);
        if (!Launch.CanChangeUser || !IsOpenToOthers(configuration.DataDirectory)) return null;
        int uid = FirstWorkerUid + (Math.Abs(StableHash(configuration.DataDirectory)) % WorkerUids);
        NativeCalls.Give(configuration.WorkerDirectory, uid);
        NativeCalls.Give(boundary, uid);
        return uid;
    }

    /// <summary>Another user can reach the folder only when every folder above lets others pass.</summary>
    private static bool IsOpenToOthers(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
            if (!OperatingSystem.IsWindows() && !at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }

    /// <summary>FNV-1a: the same number at every start.</summary>
    private static int StableHash(string text)
    {
        uint hash = 2166136261;
        foreach (char letter in text) hash = (hash ^ letter) * 16777619;
        return (int)(hash & int.MaxValue);
    }
}
