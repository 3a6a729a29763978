using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coco.Boundary;

/// <summary>
/// What the host tells both processes of one validating node at their start (<c>--config FILE</c>). It comes from the untrusted
/// host: it says where to listen and what to ask for, and decides nothing that the constitution or the evidence must decide.
/// Addresses are HOST:PORT; paths are absolute.
/// </summary>
public sealed record NodeConfiguration
{
    public const string FileName = "config.json";

    /// <summary>Unique in the network; also the name of the node's folder.</summary>
    public required string NodeName { get; init; }

    public required string Organisation { get; init; }

    /// <summary>The node's folder: the manager writes below <c>manager/</c>, the worker below <c>worker/</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the manager answers other managers, by TLS.</summary>
    public required string PeerAddress { get; init; }

    /// <summary>
    /// Where this host reaches another node instead of the address in the VN list (a proxy, a tunnel): node name to HOST:PORT. The
    /// links are attested end to end, so the way does not matter. Read at the start.
    /// </summary>
    public IReadOnlyDictionary<string, string>? PeerRoutes { get; init; }

    /// <summary>Where the manager answers administrators, by TLS.</summary>
    public required string AdminAddress { get; init; }

    /// <summary>Where the worker answers applications, by TLS.</summary>
    public required string ClientAddress { get; init; }

    /// <summary>A plain HTTP twin of <see cref="ClientAddress"/> on the loopback interface, for development networks only.</summary>
    public string? DevelopmentRpcAddress { get; init; }

    /// <summary>The local socket between the two processes. The manager listens.</summary>
    public required string BoundarySocketPath { get; init; }

    /// <summary>
    /// Instead of the socket, where the two are in TEEs of their own: IP:PORT at which the manager answers its worker, in attested TLS. The
    /// worker then needs <see cref="ExpectMeasurement"/> to know a manager.
    /// </summary>
    public string? BoundaryAddress { get; init; }

    public required NodeMode Mode { get; init; }

    /// <summary>
    /// The genesis constitution; needed to create a network. A node that joins: the constitution that its operator expects, whose manifests
    /// say which platforms and programs the others may have.
    /// </summary>
    public string? ConstitutionFile { get; init; }

    /// <summary>A peer address of the running network; needed to join.</summary>
    public string? JoinAddress { get; init; }

    /// <summary>The digest of the constitution that the operator expects, as 0x hex; a joining node refuses another one.</summary>
    public string? ExpectConstitution { get; init; }

    /// <summary>The manager measurements that the operator expects, as 0x hex with commas between; a joining node refuses another one,
    /// and so does a worker in a TEE of its own.</summary>
    public string? ExpectMeasurement { get; init; }

    /// <summary>The TEE platform's name (TEE-1); "auto": whatever hardware is there, and never the software platform.</summary>
    public string Platform { get; init; } = "software";

    /// <summary>Certificates, revocation lists and collateral that go with the hardware's evidence; whoever runs the host keeps them fresh.</summary>
    public string? CollateralDirectory { get; init; }

    /// <summary>
    /// The operator's key (PEM, P-256) that the node's entry of the VN list names; it signs the VN key of each start (NET-5). It is the
    /// host's, and opens nothing.
    /// </summary>
    public string? OperatorKeyFile { get; init; }

    /// <summary>The ledger's genesis file, for a network that is created.</summary>
    public string? GenesisFile { get; init; }

    /// <summary>Where this node's processes keep what the supervisor passes on in <c>status</c>: the manager's ledger files.</summary>
    [JsonIgnore]
    public string LedgerDirectory => Path.Combine(ManagerDirectory, "ledger");

    /// <summary>Beside the ledger, since every file in there is the ledger's.</summary>
    [JsonIgnore]
    public string SnapshotDirectory => Path.Combine(ManagerDirectory, "snapshots");

    [JsonIgnore]
    public string ManagerDirectory => Path.Combine(DataDirectory, "manager");

    [JsonIgnore]
    public string WorkerDirectory => Path.Combine(DataDirectory, "worker");

    /// <summary>The certificate (PEM) of the network's client-facing authority; the manager writes it once it has one.</summary>
    [JsonIgnore]
    public string CaFile => Path.Combine(ManagerDirectory, "ca.pem");

    /// <summary>Why the network, or this operator's own word, did not let the node in: {check, reason}; gone once it is in.</summary>
    [JsonIgnore]
    public string RefusalFile => Path.Combine(ManagerDirectory, "refused.json");

    /// <summary>What an operator must do before the node can take part; not there where nothing is needed.</summary>
    [JsonIgnore]
    public string NeedsFile => Path.Combine(ManagerDirectory, "needs");

    /// <summary>Reads a configuration file. Throws <see cref="InvalidDataException"/> with the reason when it is not one.</summary>
    public static NodeConfiguration Read(string file)
    {
        try
        {
            NodeConfiguration read = JsonSerializer.Deserialize(File.ReadAllBytes(file), NodeConfigurationJson.Default.NodeConfiguration)
                ?? throw new InvalidDataException($"{file} is empty.");
            bool isWrong = read.BoundaryAddress is { } address && !(IPEndPoint.TryParse(address, out IPEndPoint? end) && end.Port > 0);
            return isWrong ? throw new InvalidDataException($"{file}: boundaryAddress is an IP address and a port, such as 10.0.0.2:8549.") : read;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{file} is not a node configuration: {wrong.Message}", wrong);
        }
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public void Write(string file)
    {
        string fresh = file + ".new";
        File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(this, NodeConfigurationJson.Default.NodeConfiguration));
        File.Move(fresh, file, overwrite: true);
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(NodeConfiguration))]
internal sealed partial class NodeConfigurationJson : JsonSerializerContext;
