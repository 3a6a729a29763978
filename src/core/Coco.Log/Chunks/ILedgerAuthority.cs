using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// What the log must be told about the network to check a ledger: governance implements it and learns it from the public parts
/// that it is shown. Asked with entries in order.
/// </summary>
public interface ILedgerAuthority
{
    /// <summary>
    /// Takes in an entry: the first before its signature is checked, since it holds the first keys and is anchored by the
    /// network's id; every other after. Null, or why the network's rules refuse it. The frame is valid during the call only.
    /// </summary>
    string? Observe(in EntryFrame entry);

    /// <summary>The P-256 point of a node that may sign at this place as far as the entries before it say.</summary>
    bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey);

    /// <summary>Whether these nodes are a quorum of those that voted on the entry at <paramref name="index"/>.</summary>
    bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes);
}
