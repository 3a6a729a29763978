using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Audit;

/// <summary>Whether the ledgers of several nodes are the same bytes, as far as each says that they are committed (STO-2).</summary>
public static class LedgerComparison
{
    /// <summary>The first difference or fault, in a sentence; null where all hold and agree.</summary>
    public static string? FirstDifference(IReadOnlyList<string> folders)
    {
        List<(string Folder, LedgerReader Reader, LogIndex Committed)> ledgers = [];
        foreach (string folder in folders)
        {
            LedgerOpening opened = LedgerOpening.Open(LedgerFolderReader.Open(folder), new LedgerAuthority(null), new LedgerOpenOptions());
            if (opened.Problem is { } problem) return $"{folder}: {problem.Message}";
            ledgers.Add((folder, opened.Reader(), opened.CommittedThrough));
        }
        ulong common = ledgers.Min(ledger => ledger.Committed.Value);
        for (ulong index = 1; index <= common; index++)
            if (DifferenceAt(new LogIndex(index), ledgers) is { } difference) return difference;
        return null;
    }

    private static string? DifferenceAt(LogIndex index, List<(string Folder, LedgerReader Reader, LogIndex Committed)> ledgers)
    {
        ReadOnlyMemory<byte> first = default;
        for (int i = 0; i < ledgers.Count; i++)
        {
            if (ledgers[i].Reader.TryReadFrame(index, out ReadOnlyMemory<byte> frame) is { } problem) return $"{ledgers[i].Folder}: {problem.Message}";
            if (i == 0) first = frame;
            else if (!frame.Span.SequenceEqual(first.Span)) return $"Entry {index} in {ledgers[i].Folder} is not what it is in {ledgers[0].Folder}.";
        }
        return null;
    }
}
