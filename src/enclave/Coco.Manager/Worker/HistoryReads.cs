using Coco.Boundary;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Manager.Worker;

/// <summary>Committed batches read back from the ledger files and decrypted, for the worker. On the thread that owns the files' maps.</summary>
internal static class HistoryReads
{
    /// <summary>The batch at an index; empty where there is none, or the files do not hold it as it was.</summary>
    public static ReadOnlyMemory<byte> Batch(LedgerReader reader, EntryCipher cipher, LogIndex index)
    {
        if (reader.TryReadFrame(index, out ReadOnlyMemory<byte> bytes) is not null || !EntryFrame.TryParse(bytes, out EntryFrame frame)
            || frame.Header.Kind != EntryKind.Batch) return default;
        byte[] plain = GC.AllocateUninitializedArray<byte>(frame.PlaintextLength);
        return cipher.TryOpen(in frame, plain) ? plain : default;
    }

    /// <summary>Batches in order from an index, or from the first that these files hold, to <paramref name="last"/> at most; as many as one answer takes.</summary>
    public static LogAnswer Run(LedgerReader reader, EntryCipher cipher, LogQuestion question, LogIndex first, LogIndex last)
    {
        var batches = new List<LoggedBatch>();
        LogIndex index = question.From < first ? first : question.From;
        long bytes = 0;
        for (int looked = 0; index <= last && bytes < Boundary.Limits.LoggedBytes && looked < Boundary.Limits.MaxLoggedBatches; looked++)
        {
            ReadOnlyMemory<byte> record = Batch(reader, cipher, index);
            if (!record.IsEmpty) batches.Add(new LoggedBatch(index, record));
            bytes += record.Length;
            index = index.Next();
        }
        return new LogAnswer(question.Request, index, batches);
    }
}
