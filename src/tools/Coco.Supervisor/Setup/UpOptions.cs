namespace Coco.Supervisor;

/// <summary>What <c>coco up</c> was asked for.</summary>
public sealed record UpOptions
{
    public int Nodes { get; init; } = 3;

    /// <summary>Null: one for each node.</summary>
    public int? Organisations { get; init; }

    public string Ledger { get; init; } = "ethereum";
    public string? GenesisFile { get; init; }
    public string? ConstitutionFile { get; init; }
    /// <summary>Transactions in a batch at most; null: the constitution's default.</summary>
    public int? BatchLimit { get; init; }

    /// <summary>Entries between two snapshots; null: the constitution's default.</summary>
    public int? SnapshotEntries { get; init; }

    public string Consensus { get; init; } = "raft";
    public int PortBase { get; init; } = 8540;
}
