namespace Coco.Supervisor;

/// <summary>What a manager says of itself at <c>GET admin/status.json</c>; the host passes it on and cannot vouch for it.</summary>
internal sealed record NodeReport
{
    /// <summary>leader, follower, learner or quarantined.</summary>
    public string? Role { get; init; }

    /// <summary>Whether a transaction sent to this node would commit.</summary>
    public bool IsOpen { get; init; }

    public ulong Term { get; init; }
    public string? Leader { get; init; }
    public ulong CommitIndex { get; init; }
    public ulong LastIndex { get; init; }
    public ulong AppliedIndex { get; init; }
    public string? EvidenceExpires { get; init; }
    public ulong? Incarnation { get; init; }
    public string? BlockHash { get; init; }
    public string? StateRoot { get; init; }
    public double? LastRejoinMs { get; init; }
    public int? QuorumNeeded { get; init; }
    public int? QuorumLive { get; init; }

    /// <summary>VNs whose leases a quorum has ended, as far as this one knows.</summary>
    public IReadOnlyList<string> Quarantined { get; init; } = [];
    public string? Needs { get; init; }
    public IReadOnlyList<StatusAlert> Alerts { get; init; } = [];
}
