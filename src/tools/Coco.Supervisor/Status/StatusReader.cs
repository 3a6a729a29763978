using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coco.Boundary;

namespace Coco.Supervisor;

/// <summary>Puts together what the supervisor knows of the processes and what the managers say.</summary>
public static class StatusReader
{
    /// <summary>Throws <see cref="SupervisorException"/> when the data directory holds no network.</summary>
    public static async Task<NetworkStatus> ReadAsync(DataDirectory data, CancellationToken cancellation)
    {
        NetworkDescription network = NetworkDescription.Read(data);
        ControlAnswer? supervised = await SupervisorClient.TryAskAsync(data, new ControlRequest("processes"), cancellation);
        NodeConfiguration[] configurations = [.. network.Nodes.Select(node => NodeConfiguration.Read(data.ConfigurationFile(node)))];
        NodeReport?[] reports = supervised is null ? new NodeReport?[configurations.Length]
            : await Task.WhenAll(configurations.Select(configuration => AskAsync(configuration, cancellation)));
        NodeReport? best = reports.Where(report => report is not null).MaxBy(report => report!.Term);
        NodeReport? newest = reports.Where(report => report is not null).MaxBy(report => report!.CommitIndex);
        int needed = best?.QuorumNeeded ?? (configurations.Length / 2) + 1;
        int live = best?.QuorumLive ?? reports.Count(report => report?.Role is "leader" or "follower");
        return new NetworkStatus
        {
            Network = network.Name,
            State = StateOf(supervised, reports, needed),
            Protected = network.Platform != "software",
            Platform = network.Platform,
            Ledger = network.Ledger,
            ChainId = network.ChainId,
            Term = best?.Term,
            Leader = best?.Leader,
            Quorum = new StatusQuorum(needed, live),
            Needs = supervised is null ? null : reports.Select((report, i) => report is null ? NoteOf(configurations[i]) : report.Needs)
                .FirstOrDefault(needs => needs is not null),
            Alerts = [.. reports.SelectMany(report => report?.Alerts ?? [])],
            Nodes = [.. configurations.Select((configuration, i) => Describe(
                configuration, reports[i], supervised?.Nodes.FirstOrDefault(node => node.Name == configuration.NodeName),
                isQuarantined: newest?.Quarantined.Contains(configuration.NodeName) == true))],
            Accounts = DevelopmentAccount.Read(data),
        };
    }

    /// <summary>What a manager without an admin endpoint has left for its operator.</summary>
    private static string? NoteOf(NodeConfiguration configuration) =>
        File.Exists(configuration.NeedsFile) ? File.ReadAllText(configuration.NeedsFile) : null;

    private static string StateOf(ControlAnswer? supervised, NodeReport?[] reports, int needed)
    {
        if (supervised is null || supervised.Nodes.All(node => node.IsStopped)) return "stopped";
        int open = reports.Count(report => report is { IsOpen: true });
        if (open == reports.Length) return "open";
        return open >= needed ? "degraded" : "starting";
    }

    private static StatusNode Describe(NodeConfiguration configuration, NodeReport? report, SupervisedNode? supervised, bool isQuarantined) => new()
    {
        Name = configuration.NodeName,
        Organisation = configuration.Organisation,
        // One that does not answer may be known to be out: the others say so.
        Role = supervised is null or { IsStopped: true } ? "stopped" : report?.Role ?? (isQuarantined ? "quarantined" : "starting"),
        Rpc = $"https://{configuration.ClientAddress}/",
        Ws = $"wss://{configuration.ClientAddress}/",
        DevelopmentRpc = configuration.DevelopmentRpcAddress is { } address ? $"http://{address}/" : null,
        Admin = $"https://{configuration.AdminAddress}/",
        CaFile = configuration.CaFile,
        ManagerPid = supervised?.ManagerPid,
        WorkerPid = supervised?.WorkerPid,
        WorkerUid = supervised?.WorkerUid,
        CommitIndex = report?.CommitIndex,
        LastIndex = report?.LastIndex,
        AppliedIndex = report?.AppliedIndex,
        LedgerDirectory = configuration.LedgerDirectory,
        EvidenceExpires = report?.EvidenceExpires,
        Incarnation = report?.Incarnation,
        BlockHash = report?.BlockHash,
        StateRoot = report?.StateRoot,
        Restarts = supervised?.Restarts ?? 0,
        LastRejoinMs = report?.LastRejoinMs,
    };

    /// <summary>Null where the manager does not answer in time.</summary>
    private static async Task<NodeReport?> AskAsync(NodeConfiguration configuration, CancellationToken cancellation)
    {
        if (!File.Exists(configuration.CaFile)) return null;
        try
        {
            using HttpClient client = ClientFor(configuration.CaFile);
            NodeReport? report = await client.GetFromJsonAsync<NodeReport>(
                $"https://{configuration.AdminAddress}/status.json", SupervisorJson.Options, cancellation);
            // The worker begins to serve a moment after its manager knows that it could.
            return report is { IsOpen: true } ? report with { IsOpen = await IsReadyAsync(client, configuration, cancellation) } : report;
        }
        catch (Exception silent) when (silent is HttpRequestException or JsonException or CryptographicException or IOException
            || (silent is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, NodeConfiguration configuration, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync($"https://{configuration.ClientAddress}/health/ready", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception silent) when (silent is HttpRequestException or IOException
            || (silent is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private static HttpClient ClientFor(string caFile)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = policy;
        return new HttpClient(handler) { Timeout = Limits.StatusPatience };
    }
}
