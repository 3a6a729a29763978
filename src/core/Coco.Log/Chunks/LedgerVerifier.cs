using Coco.Primitives;

namespace Coco.Log;

/// <summary>What came of checking a ledger's folder.</summary>
/// <param name="Entries">How many entries were found good.</param>
/// <param name="FirstIndex">The first of them; zero where there are none.</param>
/// <param name="LastIndex">The last of them.</param>
/// <param name="Root">The Merkle root at the last.</param>
/// <param name="CommittedThrough">The last entry that a quorum certificate in the log covers.</param>
/// <param name="Problem">The first thing wrong; null where everything holds.</param>
public sealed record LedgerVerification(
    ulong Entries, LogIndex FirstIndex, LogIndex LastIndex, Hash256 Root, LogIndex CommittedThrough, LedgerProblem? Problem)
{
    public bool Holds => Problem is null;
}

/// <summary>Checks every file in a folder: checksums, chain, Merkle roots, every signature and every certificate.</summary>
public static class LedgerVerifier
{
    public static LedgerVerification Verify(ILedgerFiles files, ILedgerAuthority authority, LedgerOpenOptions options)
    {
        var scan = new LedgerScan(files, authority, options with { EverySignature = true });
        scan.Run();
        LogIndex last = scan.Chunks?.Last ?? LogIndex.Zero;
        return new LedgerVerification(
            scan.Entries, scan.Entries == 0 ? LogIndex.Zero : scan.Chunks!.First, last, scan.Tree.Root, scan.CommittedThrough, ProblemOf(scan));
    }

    /// <summary>An auditor wants to hear of a torn end too, and of files that don't belong.</summary>
    private static LedgerProblem? ProblemOf(LedgerScan scan)
    {
        if (scan.Problem is not null) return scan.Problem;
        LogIndex next = scan.Chunks?.Last.Next() ?? new LogIndex(1);
        if (scan.StoppedIn is { } file)
            return new LedgerProblem(next, LedgerProblemKind.Damaged, $"{file} ends in bytes that are no entry: an entry {next} was cut off.");
        if (scan.ForeignFile is { } foreign)
            return new LedgerProblem(LogIndex.Zero, LedgerProblemKind.ForeignFile, $"{foreign} is not a file of a ledger.");
        return scan.Entries > 0 ? null : new LedgerProblem(next, LedgerProblemKind.Missing, "There is no ledger here.");
    }
}
