using System.Text.Json;

namespace Coco.Supervisor;

/// <summary>A node's governance document (<c>GET admin/governance.json</c>), and the JSON document of <c>coco governance list</c>.</summary>
public sealed record GovernanceReport
{
    public required string NetworkId { get; init; }
    public required string Network { get; init; }
    public required string ConstitutionDigest { get; init; }

    /// <summary>Rises with each change of the constitution.</summary>
    public required ulong Version { get; init; }

    public required IReadOnlyList<GovernanceMember> Members { get; init; }
    public required IReadOnlyList<GovernanceNode> Nodes { get; init; }
    public required IReadOnlyList<GovernanceProposal> OpenProposals { get; init; }
    public required IReadOnlyList<GovernanceProposal> ClosedProposals { get; init; }
}

public sealed record GovernanceMember(string Name, string Fingerprint);

/// <param name="Status">voter, learner, retired, or absent before it first joined.</param>
/// <param name="IsListed">False for one that left the VN list and is not yet retired.</param>
public sealed record GovernanceNode(
    string Name, string? Owner, string? Address, string? ClientAddress, string Status, bool IsListed, ulong? NodeId, ulong? Incarnation);

/// <param name="State">Of a closed one: accepted, rejected, withdrawn or failed; null while it is open.</param>
public sealed record GovernanceProposal(
    string Id, string Proposer, JsonElement? Request, IReadOnlyList<GovernanceBallot>? Ballots, string? State, string? Reason);

public sealed record GovernanceBallot(string Member, string Vote);
