using System.Diagnostics;
using System.Text.Json;
using Coco.Boundary;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Supervisor;

/// <summary>Takes members' requests to the network: to any VN, and on to the leader where that one does not lead.</summary>
public sealed class GovernanceClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly List<(string? Name, AdminClient Client)> _nodes;

    private GovernanceClient(List<(string? Name, AdminClient Client)> nodes) => _nodes = nodes;

    /// <summary>All nodes of a data directory.</summary>
    public static GovernanceClient Of(DataDirectory data)
    {
        NetworkDescription.Read(data);
        List<(string?, AdminClient)> nodes = NodesOf(data);
        return nodes.Count > 0 ? new GovernanceClient(nodes)
            : throw new SupervisorException($"No node of {data.Path} has ever been in a network.", isMissing: true);
    }

    /// <summary>
    /// Nodes by the URLs of their administration endpoints, under one network's authority (null: that of the data directory); a
    /// leader that is none of them is looked for in the data directory.
    /// </summary>
    public static GovernanceClient Of(IEnumerable<string> urls, string? caFile, DataDirectory data)
    {
        caFile ??= Configurations(data).Select(node => node.CaFile).FirstOrDefault(File.Exists)
            ?? throw new SupervisorException("Name the network's authority with --ca-file.", isMissing: true);
        return new GovernanceClient(
        [
            .. urls.Select(url => Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && parsed.Scheme == "https"
                ? ((string?)null, new AdminClient(parsed.Authority, caFile)) : throw new SupervisorException($"{url} is not an https URL.")),
            .. NodesOf(data),
        ]);
    }

    private static IEnumerable<NodeConfiguration> Configurations(DataDirectory data) =>
        data.HasNetwork ? NetworkDescription.Read(data).Nodes.Select(node => NodeConfiguration.Read(data.ConfigurationFile(node))) : [];

    private static List<(string?, AdminClient)> NodesOf(DataDirectory data) =>
    [
        .. Configurations(data).Where(node => File.Exists(node.CaFile))
            .Select(node => ((string?)node.NodeName, new AdminClient(node.AdminAddress, node.CaFile))),
    ];

    public void Dispose()
    {
        foreach ((_, AdminClient client) in _nodes) client.Dispose();
    }

    /// <summary>The committed governance of the first node that answers.</summary>
    public async Task<GovernanceReport> ReadAsync(CancellationToken cancellation)
    {
        GovernanceReport? latest = null;
        foreach ((_, AdminClient client) in _nodes)
        {
            if (await client.TryGetAsync("governance.json", cancellation) is not { } document) continue;
            GovernanceReport? report = JsonSerializer.Deserialize<GovernanceReport>(document, SupervisorJson.Options);
            if (latest is null || report?.Version > latest.Version) latest = report;
        }
        return latest ?? throw new SupervisorException("No node answers. Start the network, or give another --node.", isMissing: true);
    }

    public async Task<NetworkId> ReadNetworkAsync(CancellationToken cancellation) =>
        Hash256.TryParse((await ReadAsync(cancellation)).NetworkId, out Hash256 hash) ? new NetworkId(hash)
            : throw new SupervisorException("The node does not name its network.");

    /// <summary>Sends until a leader has taken the request, committed or refused.</summary>
    public async Task<GovernanceOutcome> SubmitAsync(SignedRequest signed, CancellationToken cancellation)
    {
        byte[] encoded = signed.Encode();
        long start = Stopwatch.GetTimestamp();
        string why = "no node answers";
        for (int at = 0; Stopwatch.GetElapsedTime(start) < Limits.LeaderPatience;)
        {
            AdminAnswer? answer = await _nodes[at].Client.TrySubmitAsync(encoded, cancellation);
            if (answer is { IsElsewhere: false }) return GovernanceOutcome.From(signed, answer);
            int leader = answer?.Leader is { Length: > 0 } name ? _nodes.FindIndex(node => node.Name == name) : -1;
            if (answer is not null) why = answer.Leader is { Length: > 0 } known ? $"the leader is {known}: name its endpoint with --node" : "no node leads";
            at = leader >= 0 && leader != at ? leader : (at + 1) % _nodes.Count;
            await Task.Delay(leader >= 0 ? TimeSpan.Zero : Pause, cancellation);
        }
        throw new SupervisorException($"The request was not taken within {Limits.LeaderPatience.TotalSeconds:0} seconds: {why}.");
    }
}

/// <summary>What became of a request: the JSON document of <c>coco governance propose|vote|withdraw|submit</c>.</summary>
/// <param name="State">open, accepted, rejected, withdrawn or failed; null where the request was refused.</param>
public sealed record GovernanceOutcome(string RequestId, string? ProposalId, string? State, bool Accepted, string? Reason)
{
    /// <summary>An accepted request answers with the proposal's id and how it stands.</summary>
    internal static GovernanceOutcome From(SignedRequest signed, AdminAnswer answer)
    {
        string id = signed.ComputeId().ToString();
        if (!answer.Accepted) return new GovernanceOutcome(id, null, null, false, answer.Text);
        string[] words = answer.Text.Split(' ');
        return new GovernanceOutcome(id, words[0], words.Length > 1 ? words[1].ToLowerInvariant() : null, true, null);
    }
}
