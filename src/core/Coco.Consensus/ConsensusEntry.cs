using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>An entry as consensus sees it: a place, whether it changes who takes part, and the bytes, which it never reads.</summary>
/// <param name="Term">The term of the leader that proposed it.</param>
/// <param name="Index">Its place.</param>
/// <param name="Configuration">For a configuration entry, who takes part from here on; otherwise null.</param>
/// <param name="Frame">The whole ledger entry, as written to disk and sent to peers.</param>
public sealed record ConsensusEntry(Term Term, LogIndex Index, Configuration? Configuration, ReadOnlyMemory<byte> Frame)
{
    public LogPosition Position => new(Index, Term);
}

/// <summary>
/// A message between two VNs' plugs: a header that only the plug reads, and entries, which travel as ledger frames so that the
/// receiving replica can check them before its plug sees them.
/// </summary>
public sealed record ConsensusMessage(ReadOnlyMemory<byte> Header, IReadOnlyList<ConsensusEntry> Entries);
