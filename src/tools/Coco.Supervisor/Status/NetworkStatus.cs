namespace Coco.Supervisor;

/// <summary>The JSON document of <c>coco status</c> and <c>coco up</c>.</summary>
public sealed record NetworkStatus
{
    public required string Network { get; init; }

    /// <summary>starting, open, degraded or stopped.</summary>
    public required string State { get; init; }

    /// <summary>False on the software platform, which protects nothing.</summary>
    public required bool Protected { get; init; }

    public required string Platform { get; init; }
    public required string Ledger { get; init; }
    public ulong? ChainId { get; init; }
    public ulong? Term { get; init; }
    public string? Leader { get; init; }
    public required StatusQuorum Quorum { get; init; }

    /// <summary>What an operator must do, or null.</summary>
    public string? Needs { get; init; }

    public required IReadOnlyList<StatusAlert> Alerts { get; init; }
    public required IReadOnlyList<StatusNode> Nodes { get; init; }
    public required IReadOnlyList<DevelopmentAccount> Accounts { get; init; }
}

public sealed record StatusQuorum(int Needed, int Live);

public sealed record StatusAlert(string At, string Node, string Kind, string Text);

/// <summary>One node. What its manager alone knows is null while it does not answer.</summary>
public sealed record StatusNode
{
    public required string Name { get; init; }
    public required string Organisation { get; init; }

    /// <summary>leader, follower, learner, quarantined, starting or stopped.</summary>
    public required string Role { get; init; }

    public required string Rpc { get; init; }
    public required string Ws { get; init; }
    public string? DevelopmentRpc { get; init; }
    public required string Admin { get; init; }
    public required string CaFile { get; init; }
    public int? ManagerPid { get; init; }
    public int? WorkerPid { get; init; }
    public int? WorkerUid { get; init; }
    public ulong? CommitIndex { get; init; }
    public ulong? LastIndex { get; init; }
    public ulong? AppliedIndex { get; init; }
    public required string LedgerDirectory { get; init; }
    public string? EvidenceExpires { get; init; }
    public ulong? Incarnation { get; init; }
    public string? BlockHash { get; init; }
    public string? StateRoot { get; init; }
    public int Restarts { get; init; }
    public double? LastRejoinMs { get; init; }
}
