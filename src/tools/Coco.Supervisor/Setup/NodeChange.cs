using System.Diagnostics;
using System.Text.Json;
using Coco.Boundary;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>Adds a node to a running development network and removes one, by votes of all its members.</summary>
public static class NodeChange
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns when the node votes. <paramref name="owner"/> null: the organisation with the fewest nodes.</summary>
    public static async Task AddAsync(DataDirectory data, string name, string? owner, CancellationToken cancellation)
    {
        NetworkDescription network = ReadDevelopment(data);
        if (network.Nodes.Contains(name)) throw new SupervisorException($"There is a node {name} already.");
        if (Directory.Exists(data.NodeFolder(name)))
            throw new SupervisorException($"{data.NodeFolder(name)} is of an earlier node of this name: move it away, or choose another name.");
        if (network.Nodes.Count >= Limits.MaxNodes) throw new SupervisorException($"A network on one machine has at most {Limits.MaxNodes} nodes.");
        NodeConfiguration[] others = [.. network.Nodes.Select(node => NodeConfiguration.Read(data.ConfigurationFile(node)))];
        owner ??= others.GroupBy(node => node.Organisation, StringComparer.Ordinal).OrderBy(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First().Key;
        Ports ports = FreePorts(others);
        using GovernanceClient client = GovernanceClient.Of(data);
        GovernanceReport before = await client.ReadAsync(cancellation);
        GovernanceNode? listed = before.Nodes.FirstOrDefault(node => node.Name == name && node.IsListed);
        if (listed is null) await DevelopmentVote.CarryAsync(data, client, AddAction(data, name, owner, ports), cancellation);
        else if (listed.Address != Ports.Local(ports.Peer)) throw new SupervisorException($"{name} is in the VN list at {listed.Address}: it is another operator's.");
        GovernanceReport after = await client.ReadAsync(cancellation);
        Directory.CreateDirectory(data.NodeFolder(name));
        Configure(data, name, owner, ports, others[0], after.ConstitutionDigest).Write(data.ConfigurationFile(name));
        (network with { Nodes = [.. network.Nodes, name] }).Write(data);
        await SupervisorClient.AskAsync(data, new ControlRequest("add-node", name), cancellation);
        await WaitAsync(client, report => report.Nodes.Any(node => node.Name == name && node.Status == "voter"),
            $"{name} was started and does not vote yet. See: coco logs {name} --data {data.Path}", cancellation);
        await WaitUntilServingAsync(data, name, cancellation);
    }

    /// <summary>Returns when the node is no part of the quorum any more and its processes have ended; its files stay.</summary>
    public static async Task RemoveAsync(DataDirectory data, string name, CancellationToken cancellation)
    {
        NetworkDescription network = ReadDevelopment(data);
        if (!network.Nodes.Contains(name)) throw new SupervisorException($"There is no node {name}; there are {string.Join(", ", network.Nodes)}.");
        using GovernanceClient client = GovernanceClient.Of(data);
        if ((await client.ReadAsync(cancellation)).Nodes.Any(node => node.Name == name && node.IsListed))
            await DevelopmentVote.CarryAsync(data, client, JsonSerializer.Serialize(new { name = "remove_node", args = new { name } }), cancellation);
        await WaitAsync(client, report => report.Nodes.All(node => node.Name != name),
            $"{name} has left the VN list and is not yet retired. See: coco governance list --data {data.Path}", cancellation);
        await SupervisorClient.AskAsync(data, new ControlRequest("remove-node", name), cancellation);
        (network with { Nodes = [.. network.Nodes.Where(node => node != name)] }).Write(data);
    }

    private static NetworkDescription ReadDevelopment(DataDirectory data)
    {
        NetworkDescription network = NetworkDescription.Read(data);
        return network.IsDevelopment ? network
            : throw new SupervisorException("This is not a development network: its members vote with coco governance, each with its own key.");
    }

    private static string AddAction(DataDirectory data, string name, string owner, Ports ports) =>
        NodeOwner.AddAction(NodeOwner.Sign(data, new ListedNode(name, owner, Ports.Local(ports.Peer), Ports.Local(ports.Client))));

    /// <summary>The first ten ports behind the first node's that no other node has.</summary>
    private static Ports FreePorts(IReadOnlyList<NodeConfiguration> others)
    {
        int portBase = others.Min(node => PortOf(node.ClientAddress));
        HashSet<int> taken = [.. others.Select(node => PortOf(node.ClientAddress))];
        int number = Enumerable.Range(0, Limits.MaxNodes).First(i => !taken.Contains(portBase + (i * Limits.PortsPerNode)));
        Ports ports = Ports.Of(portBase, number);
        ports.EnsureFree(portBase);
        return ports;
    }

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private static NodeConfiguration Configure(
        DataDirectory data, string name, string owner, Ports ports, NodeConfiguration other, string constitutionDigest) => other with
        {
            NodeName = name,
            Organisation = owner,
            DataDirectory = data.NodeFolder(name),
            PeerAddress = Ports.Local(ports.Peer),
            AdminAddress = Ports.Local(ports.Admin),
            ClientAddress = Ports.Local(ports.Client),
            DevelopmentRpcAddress = Ports.Local(ports.DevelopmentRpc),
            BoundarySocketPath = data.BoundarySocket(name),
            Mode = NodeMode.Join,
            ConstitutionFile = null,
            JoinAddress = other.PeerAddress,
            ExpectConstitution = constitutionDigest,
            ExpectMeasurement = null,
            OperatorKeyFile = data.OperatorKeyFile(owner, name),
        };

    /// <summary>Its worker has the state too.</summary>
    private static async Task WaitUntilServingAsync(DataDirectory data, string name, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while ((await StatusReader.ReadAsync(data, cancellation)).Nodes.First(node => node.Name == name).AppliedIndex is null or 0)
        {
            if (Stopwatch.GetElapsedTime(start) > Limits.MembershipPatience)
                throw new SupervisorException($"{name} votes, and its worker does not serve yet. See: coco logs {name} --data {data.Path}");
            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task WaitAsync(
        GovernanceClient client, Func<GovernanceReport, bool> isReached, string otherwise, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isReached(await client.ReadAsync(cancellation)))
        {
            if (Stopwatch.GetElapsedTime(start) > Limits.MembershipPatience) throw new SupervisorException(otherwise);
            await Task.Delay(Pause, cancellation);
        }
    }
}
