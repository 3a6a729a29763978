using System.Text.Json.Serialization;
using Coco.Boundary;
using Coco.Consensus;

namespace Coco.Manager;

/// <summary>What a manager says of itself at <c>GET /status.json</c>.</summary>
public sealed record ManagerStatus
{
    public string? Role { get; init; }
    public bool IsOpen { get; init; }
    public ulong Term { get; init; }
    public string? Leader { get; init; }
    public ulong CommitIndex { get; init; }
    public ulong LastIndex { get; init; }
    public ulong AppliedIndex { get; init; }
    public ulong? AppliedBatch { get; init; }

    /// <summary>The entry of the newest snapshot that may be used.</summary>
    public ulong? SnapshotIndex { get; init; }

    /// <summary>From which entry on this VN knows its ledger files; the ones before are being looked up until it is 1.</summary>
    public ulong LedgerFrom { get; init; }
    public ulong? Incarnation { get; init; }
    public double? LastRejoinMs { get; init; }
    public int? QuorumNeeded { get; init; }
    public int? QuorumLive { get; init; }
    public string? Needs { get; init; }

    /// <summary>When this VN's lease ends unless it renews; UTC, ISO 8601. Null where the constitution knows no leases.</summary>
    public string? EvidenceExpires { get; init; }

    /// <summary>VNs whose leases a quorum has ended, as far as this one knows.</summary>
    public IReadOnlyList<string> Quarantined { get; init; } = [];
    public bool Protected { get; init; }
    public string Platform { get; init; } = "";
    public string Measurement { get; init; } = "";
    public string? ConstitutionDigest { get; init; }
    public string? NetworkId { get; init; }
    public ManagerRefusal? Refused { get; init; }
    public IReadOnlyList<ManagerAlert> Alerts { get; init; } = [];

    internal static string? NameOf(ConsensusRole? role) => role switch
    {
        null => null,
        ConsensusRole.Leader => "leader",
        ConsensusRole.Learner => "learner",
        _ => "follower",
    };
}

public sealed record ManagerAlert(string At, string Node, string Kind, string Text);

/// <summary>Why this VN did not get into the network: the check and the reason.</summary>
public sealed record ManagerRefusal(string Check, string Reason);

/// <summary>Counters since the start, and what the worker measures of itself, at <c>GET /metrics.json</c>.</summary>
public sealed record ManagerMetrics(
    long Fsyncs, long BoundaryMessages, long Batches, long Transactions, long Entries, long Elections, long AllocatedBytes,
    WorkerFigures Worker);

[JsonSerializable(typeof(ManagerStatus))]
[JsonSerializable(typeof(ManagerMetrics))]
[JsonSerializable(typeof(ManagerRefusal))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ManagerJson : JsonSerializerContext;
