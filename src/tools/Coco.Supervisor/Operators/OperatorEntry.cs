using System.Text.Json;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>
/// What an operator gives to the others so that they can write the constitution (<c>entry.json</c>): its certificate, its node and
/// the measurements of the programs that it runs. Nothing in it is secret.
/// </summary>
public sealed record OperatorEntry(
    string Organisation, string Certificate, string Node, string Address, string? ClientAddress, string ManagerMeasurement, string WorkerMeasurement)
{
    /// <summary>The TEE that its node runs in, by its name in the TEE manifest.</summary>
    public string Platform { get; init; } = "software";

    /// <summary>As in the VN list: the operator's key and the owner's signature over the entry.</summary>
    public string? OperatorKey { get; init; }
    public string? OwnerSignature { get; init; }

    public ListedNode ToListed() => new(Node, Organisation, Address, ClientAddress) { OperatorKey = OperatorKey, OwnerSignature = OwnerSignature };

    public static OperatorEntry Read(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        try
        {
            return JsonSerializer.Deserialize<OperatorEntry>(File.ReadAllBytes(file), SupervisorJson.Options)
                ?? throw new SupervisorException($"{file} is empty.");
        }
        catch (JsonException wrong)
        {
            throw new SupervisorException($"{file} is not an operator's entry: {wrong.Message}");
        }
    }
}

/// <summary>The JSON document of <c>coco node init</c>, <c>coco network create</c> and <c>coco node join</c>.</summary>
/// <param name="State">initialised, open or refused.</param>
/// <param name="Measurement">Of the manager program here.</param>
public sealed record OperatorReport(
    string State, string? ConstitutionDigest, string Measurement, string Platform, OperatorRefusal? Refused, string Node, string Organisation,
    string EntryFile)
{
    /// <summary>False: the node is not in the network.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Holds => Refused is null;
}

/// <summary>Which check failed, and why.</summary>
public sealed record OperatorRefusal(string Check, string Reason);
