using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Coco.Boundary;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>Lays out a development network on this machine: keys, accounts, genesis, constitution and one configuration for each node.</summary>
internal static class DevelopmentNetwork
{
    /// <summary>Writes everything into an empty data directory.</summary>
    public static async Task<NetworkDescription> CreateAsync(DataDirectory data, UpOptions options, CancellationToken cancellation)
    {
        Check(options);
        Ports[] ports = [.. Enumerable.Range(0, options.Nodes).Select(node => Ports.Of(options.PortBase, node))];
        foreach (Ports node in ports) node.EnsureFree(options.PortBase);
        string manager = await Programs.MeasurementAsync(Programs.Manager, cancellation);
        string worker = await Programs.MeasurementAsync(Programs.Worker, cancellation);
        string[] organisations = [.. Enumerable.Range(1, options.Organisations ?? options.Nodes).Select(number => $"org{number}")];
        Directory.CreateDirectory(data.Path);
        DevelopmentAccount[] accounts = [.. organisations.Select(DevelopmentAccount.Create)];
        MemberKeys.WriteSecret(data.AccountsFile, JsonSerializer.Serialize(accounts, SupervisorJson.Options));
        ulong? chainId = options.Ledger == "ethereum" ? GenesisDocument.Write(data.GenesisFile, options.GenesisFile, accounts) : null;
        Constitution constitution = Compose(data, options, organisations, ports, new CodeManifest([manager], [worker]), chainId);
        await File.WriteAllBytesAsync(data.ConstitutionFile, constitution.ToReadableBytes(), cancellation);
        string digest = "0x" + Convert.ToHexStringLower(constitution.ComputeDigest().Span);
        for (int i = 0; i < options.Nodes; i++) WriteNode(data, organisations[i % organisations.Length], i, ports, chainId, digest);
        NetworkDescription network = new()
        {
            Name = constitution.Network,
            Ledger = constitution.Ledger.Name,
            Platform = "software",
            ChainId = chainId,
            IsDevelopment = true,
            Nodes = [.. Enumerable.Range(0, options.Nodes).Select(NodeName)],
        };
        network.Write(data); // last: a directory without it is an unfinished one
        return network;
    }

    private static string NodeName(int node) => $"node{node + 1}";

    private static Constitution Compose(
        DataDirectory data, UpOptions options, string[] organisations, Ports[] ports, CodeManifest code, ulong? chainId)
    {
        ImmutableArray<Member> members = [.. organisations.Select(name => new Member(name, Certificate(data, name)))];
        ImmutableArray<ListedNode> nodes = [.. ports.Select((port, i) => NodeOwner.Sign(data, new ListedNode(
            NodeName(i), organisations[i % organisations.Length], Ports.Local(port.Peer), Ports.Local(port.Client))))];
        if (options.ConstitutionFile is { } file)
        {
            Constitution template = ReadTemplate(file);
            return template with
            {
                Members = members,
                Nodes = nodes,
                CodeManifest = code,
                Ledger = new LedgerSettings(template.Ledger.Name, Settings(data, chainId)),
            };
        }
        return new Constitution(
            "development", members, [], nodes, code, new TeeManifest(["software"], IsDebugAllowed: true),
            new VotingPolicy(new VoteRule.Majority(), []),
            BatchLimits.Default with { MaxTransactions = options.BatchLimit ?? BatchLimits.Default.MaxTransactions },
            ConsensusSettings.Default with { Plugin = options.Consensus }, IsSealingAllowed: true, IsRejoinAutomatic: true,
            SubmissionSettings.Default, new LedgerSettings(options.Ledger, Settings(data, chainId)))
        {
            Leases = LeaseSettings.Usual,
            Snapshots = SnapshotSettings.Default with { Entries = options.SnapshotEntries ?? SnapshotSettings.Default.Entries },
        };
    }

    /// <summary>The ledger's settings name its genesis by digest: every node checks the file that its own host gives it.</summary>
    private static byte[] Settings(DataDirectory data, ulong? chainId)
    {
        if (chainId is null) return "{}"u8.ToArray();
        using FileStream genesis = File.OpenRead(data.GenesisFile);
        string digest = "0x" + Convert.ToHexStringLower(SHA256.HashData(genesis));
        return JsonSerializer.SerializeToUtf8Bytes(new { chainId, genesisSha256 = digest });
    }

    private static Constitution ReadTemplate(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        return Constitution.Parse(File.ReadAllBytes(file), out IReadOnlyList<DocumentError> errors)
            ?? throw new SupervisorException($"{file} is not a valid constitution: {string.Join("; ", errors)}");
    }

    private static MemberCertificate Certificate(DataDirectory data, string organisation) =>
        MemberCertificate.TryParsePem(MemberKeys.Ensure(data, organisation).Trim(), out MemberCertificate? certificate, out string? problem)
            ? certificate : throw new SupervisorException($"The certificate of {organisation} {problem}.");

    private static void WriteNode(DataDirectory data, string organisation, int node, Ports[] ports, ulong? chainId, string digest)
    {
        string name = NodeName(node);
        Directory.CreateDirectory(data.NodeFolder(name));
        bool isFirst = node == 0;
        new NodeConfiguration
        {
            NodeName = name,
            Organisation = organisation,
            DataDirectory = data.NodeFolder(name),
            PeerAddress = Ports.Local(ports[node].Peer),
            AdminAddress = Ports.Local(ports[node].Admin),
            ClientAddress = Ports.Local(ports[node].Client),
            DevelopmentRpcAddress = Ports.Local(ports[node].DevelopmentRpc),
            BoundarySocketPath = data.BoundarySocket(name),
            Mode = isFirst ? NodeMode.Create : NodeMode.Join,
            ConstitutionFile = isFirst ? data.ConstitutionFile : null,
            JoinAddress = isFirst ? null : Ports.Local(ports[0].Peer),
            ExpectConstitution = isFirst ? null : digest,
            OperatorKeyFile = data.OperatorKeyFile(organisation, name),
            GenesisFile = chainId is null ? null : data.GenesisFile,
        }.Write(data.ConfigurationFile(name));
    }

    private static void Check(UpOptions options)
    {
        if (options.Nodes is < 1 or > Limits.MaxNodes) throw new SupervisorException($"--nodes is 1 to {Limits.MaxNodes}.");
        if (options.SnapshotEntries is < 1) throw new SupervisorException("--snapshot-entries is at least 1.");
        if (options.Organisations is < 1 || options.Organisations > options.Nodes)
            throw new SupervisorException("--organisations is 1 up to the number of nodes.");
    }
}
