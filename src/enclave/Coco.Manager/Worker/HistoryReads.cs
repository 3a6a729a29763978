using Coco.Boundary;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Manager.Worker;

/// <summary>Committed batches read back from the ledger files and decrypted, for the worker. On the thread that owns the files' maps.</summary>
internal static class HistoryReads
{
    /// <summary>
    /// The batch at an index; empty where another entry is there, or where the files do not reach: older ones may still be fetched. A problem
    /// where they do not hold the entry as it was.
    /// </summary>
    public static LedgerProblem? TryBatch(LedgerReader reader, EntryCipher cipher, LogIndex index, out ReadOnlyMemory<byte> record)
    {
        record = default;
        if (reader.TryReadFrame(index, out ReadOnlyMemory<byte> bytes) is { } problem) return problem.Kind == LedgerProblemKind.Missing ? null : problem;
        if (!EntryFrame.TryParse(bytes, out EntryFrame frame) || frame.Header.Kind != EntryKind.Batch) return null;
        byte[] plain = GC.AllocateUninitializedArray<byte>(frame.PlaintextLength);
        if (cipher.TryOpen(in frame, plain)) record = plain;
        return null;
    }

    /// <summary>Batches in order from an index, or from the first that these files hold, to <paramref name="last"/> at most; as many as one answer takes.</summary>
    public static LedgerProblem? TryRun(
        LedgerReader reader, EntryCipher cipher, LogQuestion question, LogIndex first, LogIndex last, out LogAnswer answer)
    {
        var batches = new List<LoggedBatch>();
        LogIndex index = question.From < first ? first : question.From;
        LedgerProblem? problem = null;
        long bytes = 0;
        for (int looked = 0; index <= last && bytes < Boundary.Limits.LoggedBytes && looked < Boundary.Limits.MaxLoggedBatches; looked++)
        {
            problem = TryBatch(reader, cipher, index, out ReadOnlyMemory<byte> record);
            if (problem is not null) break;
            if (!record.IsEmpty) batches.Add(new LoggedBatch(index, record));
            bytes += record.Length;
            index = index.Next();
        }
        answer = new LogAnswer(question.Request, index, batches);
        return problem;
    }
}
