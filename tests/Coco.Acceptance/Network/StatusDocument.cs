namespace Coco.Acceptance.Network;

/// <summary>What the tests use of <c>coco status --json</c>: a copy of the contract, not the program's own type.</summary>
internal sealed record StatusDocument(
    string State, string Ledger, ulong? ChainId, ulong? Term, string? Leader, string? Needs, NodeDocument[] Nodes, AccountDocument[] Accounts,
    AlertDocument[] Alerts, QuorumDocument Quorum);

internal sealed record NodeDocument(
    string Name, string Role, string Rpc, string Ws, string? DevelopmentRpc, string CaFile, int? ManagerPid, int? WorkerPid,
    ulong? CommitIndex, string LedgerDirectory, int Restarts, double? LastRejoinMs, int? WorkerUid, string? Admin, DateTimeOffset? EvidenceExpires,
    ulong? Incarnation);

internal sealed record AlertDocument(string Node, string Kind, string Text);

internal sealed record QuorumDocument(int Needed, int Live);

internal sealed record AccountDocument(string Address, string PrivateKey);
