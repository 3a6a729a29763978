using Coco.Primitives;

namespace Coco.Log;

public enum LedgerProblemKind : byte
{
    /// <summary>A file that should be there is not: entries are missing between two chunks, or before the first.</summary>
    Missing,

    /// <summary>A file that is not part of a ledger.</summary>
    ForeignFile,

    /// <summary>Bytes were damaged: a checksum is wrong, or a record is cut off before the end of the ledger.</summary>
    Damaged,

    /// <summary>A record that is no entry, or an entry in another's place.</summary>
    Malformed,

    /// <summary>Of another network.</summary>
    OtherNetwork,

    /// <summary>An entry does not follow on the one before.</summary>
    Chain,

    /// <summary>The Merkle root of an entry is not the root over the entries.</summary>
    Root,

    /// <summary>A root is not signed by a node that may.</summary>
    Signature,

    /// <summary>A quorum certificate does not hold.</summary>
    Certificate,

    /// <summary>The rules of the network refuse a public part.</summary>
    Governance,

    /// <summary>The ledger ends before an entry that was durable here: the disk was rolled back or cut.</summary>
    RolledBack,
}

/// <summary>The first thing that is wrong with a ledger.</summary>
/// <param name="Index">The entry at which it is.</param>
/// <param name="Message">For a human: what, and in which file.</param>
/// <param name="RefetchThrough">Entries from <paramref name="Index"/> to here must come from another VN; null: all from there on.</param>
public sealed record LedgerProblem(LogIndex Index, LedgerProblemKind Kind, string Message, LogIndex? RefetchThrough = null);
