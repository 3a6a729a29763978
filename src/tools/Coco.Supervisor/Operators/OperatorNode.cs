using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Coco.Boundary;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>One operator's node: a folder and keys of its own; with the other operators it shares a constitution file and names (NET-2).</summary>
public static class OperatorNode
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the folder, the member key and the entry for the others.</summary>
    /// <param name="address">HOST:PORT where other nodes will reach this one.</param>
    public static async Task<OperatorReport> InitAsync(DataDirectory data, OperatorInit wanted, CancellationToken cancellation)
    {
        if (data.HasNetwork) throw new SupervisorException($"{data.Path} holds a node already.");
        string worker = await Programs.MeasurementAsync(Programs.Worker, cancellation);
        (string host, int port) = Split(wanted.Address);
        string node = wanted.Node ?? $"{wanted.Organisation}-node";
        string client = wanted.ClientAddress ?? $"{host}:{port - 3}";
        string admin = wanted.AdminAddress ?? $"{host}:{port - 1}";
        Directory.CreateDirectory(data.NodeFolder(node));
        string certificate = MemberKeys.Ensure(data, wanted.Organisation);
        new NodeConfiguration
        {
            NodeName = node,
            Organisation = wanted.Organisation,
            DataDirectory = data.NodeFolder(node),
            PeerAddress = ListenAt(wanted.Address),
            AdminAddress = ListenAt(admin),
            ClientAddress = ListenAt(client),
            BoundarySocketPath = data.BoundarySocket(node),
            Mode = NodeMode.Join,
            OperatorKeyFile = data.OperatorKeyFile(wanted.Organisation, node),
            Platform = wanted.Platform,
            CollateralDirectory = wanted.CollateralDirectory,
        }.Write(data.ConfigurationFile(node));
        (string platform, string manager) = await Programs.ManagerMeasurementAsync(data.ConfigurationFile(node), cancellation);
        ListedNode listed = NodeOwner.Sign(data, new ListedNode(node, wanted.Organisation, wanted.Address, client));
        SupervisorJson.WriteFile(EntryFile(data), new OperatorEntry(wanted.Organisation, certificate, node, wanted.Address, client, manager, worker)
        {
            Platform = platform,
            OperatorKey = listed.OperatorKey,
            OwnerSignature = listed.OwnerSignature,
        });
        new NetworkDescription { Name = NotJoined, Ledger = NotJoined, Platform = platform, Nodes = [node] }.Write(data);
        return Report(data, "initialised", null, null, OperatorEntry.Read(EntryFile(data)));
    }

    /// <summary>Founds the network with this node as its only one; the others of the VN list join it.</summary>
    public static async Task<OperatorReport> CreateAsync(
        DataDirectory data, string constitutionFile, string? genesisFile, string cliProgram, CancellationToken cancellation)
    {
        OperatorEntry entry = ReadEntry(data);
        Constitution constitution = ConstitutionComposer.Read(constitutionFile);
        string digest = constitution.ComputeDigest().ToString();
        if (Obstacle(constitution, entry) is { } refusal) return Report(data, "refused", digest, refusal, entry);
        await File.WriteAllBytesAsync(data.ConstitutionFile, constitution.ToReadableBytes(), cancellation);
        Configure(data, entry, genesisFile, configuration => configuration with { Mode = NodeMode.Create, ConstitutionFile = data.ConstitutionFile });
        Describe(data, entry, constitution);
        await NetworkHost.UpAsync(data, new UpOptions(), cliProgram, cancellation);
        return Report(data, "open", digest, null, entry);
    }

    /// <summary>Asks a running network to let this node in; refuses one of another constitution or other code than its operator expects.</summary>
    public static async Task<OperatorReport> JoinAsync(DataDirectory data, OperatorJoin wanted, string cliProgram, CancellationToken cancellation)
    {
        OperatorEntry entry = ReadEntry(data);
        if (await SupervisorClient.TryAskAsync(data, new ControlRequest("processes"), cancellation) is not null)
            throw new SupervisorException($"The node of {data.Path} runs already. See: coco status --data {data.Path}");
        string digest = DigestOf(wanted);
        Configure(data, entry, wanted.GenesisFile, configuration => configuration with
        {
            Mode = NodeMode.Join,
            JoinAddress = wanted.Address,
            ExpectConstitution = digest,
            ConstitutionFile = wanted.ConstitutionFile,
            ExpectMeasurement = wanted.ExpectMeasurement?.ToLowerInvariant(),
        });
        NodeConfiguration node = NodeConfiguration.Read(data.ConfigurationFile(entry.Node));
        if (File.Exists(node.RefusalFile)) File.Delete(node.RefusalFile);
        NetworkHost.StartSupervisor(data, cliProgram);
        OperatorRefusal? refusal;
        try
        {
            refusal = await WaitUntilInAsync(data, node, cancellation);
        }
        catch
        {
            await NetworkHost.DownAsync(data, CancellationToken.None);
            throw;
        }
        if (refusal is not null)
        {
            await NetworkHost.DownAsync(data, CancellationToken.None);
            return Report(data, "refused", null, refusal, entry);
        }
        return Report(data, "open", await TakeConstitutionAsync(data, entry, node, cancellation), null, entry);
    }

    /// <summary>What the operator expects: a digest, or a whole constitution, or both if they agree.</summary>
    private static string DigestOf(OperatorJoin wanted)
    {
        string? given = wanted.ConstitutionFile is { } file ? ConstitutionComposer.Read(file).ComputeDigest().ToString() : null;
        if (given is not null && wanted.ExpectConstitution is { } expected && given != expected)
            throw new SupervisorException($"{wanted.ConstitutionFile} has the digest {given}, not the expected one.");
        return given ?? wanted.ExpectConstitution
            ?? throw new SupervisorException("Say which constitution you agreed to: --expect-constitution HASH or --constitution FILE.");
    }

    private const string NotJoined = "not joined";

    private static string EntryFile(DataDirectory data) => Path.Combine(data.Path, "entry.json");

    private static OperatorEntry ReadEntry(DataDirectory data) => File.Exists(EntryFile(data)) ? OperatorEntry.Read(EntryFile(data))
        : throw new SupervisorException($"{data.Path} holds no operator's node. Make one with: coco node init --data {data.Path}", isMissing: true);

    private static OperatorReport Report(DataDirectory data, string state, string? digest, OperatorRefusal? refusal, OperatorEntry entry) => new(
        state, digest, "0x" + entry.ManagerMeasurement, entry.Platform, refusal, entry.Node, entry.Organisation, EntryFile(data));

    /// <summary>What a founder can see before it starts anything.</summary>
    private static OperatorRefusal? Obstacle(Constitution constitution, OperatorEntry entry)
    {
        ListedNode? listed = constitution.FindNode(entry.Node);
        if (listed is null || listed.Owner != entry.Organisation)
            return new OperatorRefusal("node-list", $"the VN '{entry.Node}' of '{entry.Organisation}' is not in the VN list");
        if (listed.Address != entry.Address)
            return new OperatorRefusal("node-list", $"the VN list has '{entry.Node}' at {listed.Address}, here it is at {entry.Address}");
        if (constitution.FindMember(entry.Organisation) is { } member && member.Certificate.Pem != entry.Certificate.Trim())
            return new OperatorRefusal("certificate", $"the constitution has another certificate of '{entry.Organisation}'");
        if (!constitution.CodeManifest.Accepted(CodeRole.Manager).Contains(entry.ManagerMeasurement)
            || !constitution.CodeManifest.Accepted(CodeRole.Worker).Contains(entry.WorkerMeasurement))
            return new OperatorRefusal("measurement", "the code manifest does not hold the programs that are installed here");
        return null;
    }

    private static void Configure(
        DataDirectory data, OperatorEntry entry, string? genesisFile, Func<NodeConfiguration, NodeConfiguration> change)
    {
        if (genesisFile is not null) File.Copy(genesisFile, data.GenesisFile, overwrite: true);
        NodeConfiguration configuration = change(NodeConfiguration.Read(data.ConfigurationFile(entry.Node)));
        if (Directory.Exists(configuration.LedgerDirectory) && Directory.EnumerateFiles(configuration.LedgerDirectory).Any())
            throw new SupervisorException($"{entry.Node} is in a network already. Start it again with: coco up --data {data.Path}");
        (configuration with { GenesisFile = File.Exists(data.GenesisFile) ? data.GenesisFile : null }).Write(data.ConfigurationFile(entry.Node));
    }

    private static void Describe(DataDirectory data, OperatorEntry entry, Constitution constitution)
    {
        using JsonDocument settings = JsonDocument.Parse(constitution.Ledger.Settings);
        ulong? chainId = settings.RootElement.TryGetProperty("chainId", out JsonElement id) && id.TryGetUInt64(out ulong number) ? number : null;
        new NetworkDescription
        {
            Name = constitution.Network,
            Ledger = constitution.Ledger.Name,
            Platform = entry.Platform,
            ChainId = chainId,
            Nodes = [entry.Node],
        }.Write(data);
    }

    /// <summary>Null once the node serves; the refusal where one lasts.</summary>
    private static async Task<OperatorRefusal?> WaitUntilInAsync(DataDirectory data, NodeConfiguration node, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        long? refusedSince = null;
        while (Stopwatch.GetElapsedTime(start) < Limits.MembershipPatience)
        {
            StatusNode status = (await StatusReader.ReadAsync(data, cancellation)).Nodes[0];
            if (status.Role is "leader" or "follower" && status.AppliedIndex > 0) return null;
            OperatorRefusal? refusal = ReadRefusal(node.RefusalFile);
            refusedSince = refusal is null ? null : refusedSince ?? Stopwatch.GetTimestamp();
            if (refusedSince is { } since && Stopwatch.GetElapsedTime(since) > Limits.RefusalPatience) return refusal;
            await Task.Delay(Pause, cancellation);
        }
        throw new SupervisorException(
            $"{node.NodeName} did not get into a network at {node.JoinAddress} within {Limits.MembershipPatience.TotalSeconds:0} seconds. See: coco logs --data {data.Path}",
            isMissing: true);
    }

    private static OperatorRefusal? ReadRefusal(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<OperatorRefusal>(File.ReadAllBytes(file), SupervisorJson.Options);
        }
        catch (IOException)
        {
            return null; // there is none, or it was just taken away
        }
    }

    private static async Task<string?> TakeConstitutionAsync(
        DataDirectory data, OperatorEntry entry, NodeConfiguration node, CancellationToken cancellation)
    {
        using AdminClient admin = new(node.AdminAddress, node.CaFile);
        byte[]? document = await admin.TryGetAsync("constitution.json", cancellation);
        if (document is null || Constitution.Parse(document, out _) is not { } constitution) return null;
        await File.WriteAllBytesAsync(data.ConstitutionFile, constitution.ToReadableBytes(), cancellation);
        Describe(data, entry, constitution);
        return constitution.ComputeDigest().ToString();
    }

    private static (string Host, int Port) Split(string address)
    {
        int colon = address.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), out ushort port) && port > 3 ? (address[..colon], port)
            : throw new SupervisorException($"{address} is not HOST:PORT.");
    }

    /// <summary>Others may know this machine by a name; sockets are opened at an address.</summary>
    private static string ListenAt(string address)
    {
        (string host, int port) = Split(address);
        return IPAddress.TryParse(host.Trim('[', ']'), out _) ? address : $"0.0.0.0:{port}";
    }
}

/// <summary>What <c>coco node init</c> was asked for; addresses that are left out lie one and three ports before the first.</summary>
/// <param name="Platform">As in the node's configuration.</param>
public sealed record OperatorInit(string Organisation, string Address, string? Node, string? ClientAddress, string? AdminAddress, string Platform, string? CollateralDirectory);

/// <summary>What <c>coco node join</c> was asked for.</summary>
public sealed record OperatorJoin(string Address, string? ExpectConstitution, string? ExpectMeasurement, string? GenesisFile)
{
    /// <summary>The constitution itself, for a network of several platforms.</summary>
    public string? ConstitutionFile { get; init; }
}
