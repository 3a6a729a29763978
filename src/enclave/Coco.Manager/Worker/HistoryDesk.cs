using Coco.Boundary;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Manager.Worker;

/// <summary>Reads the ledger back for the worker, on the sequencer's thread, which owns the files' maps. A quarantined VN has no key, and answers nothing.</summary>
internal sealed class HistoryDesk(
    Replica.Replica replica, SequencerLoop loop, WorkerServer worker, Func<LedgerReader?> reader, Func<EntryCipher?> cipher, Func<LedgerChunks?> chunks)
{
    /// <summary>What is committed and on this disk.</summary>
    private LogIndex LastReadable =>
        replica.Consensus?.Persisted is { } persisted && persisted < replica.Committed ? persisted : replica.Committed;

    public void Answer(HistoryQuestion question)
    {
        ReadOnlyMemory<byte> record = reader() is { } open && cipher() is { } key && question.Index <= LastReadable
            ? HistoryReads.Batch(open, key, question.Index) : default;
        worker.Send(new HistoryAnswer(question.Request, question.Index, record));
    }

    /// <summary>While the files before the snapshot's are looked up there is nothing to say about older entries: the worker asks again.</summary>
    public void Answer(LogQuestion question)
    {
        if (reader() is not { } open || cipher() is not { } key) return;
        worker.Send(question.From < replica.First
            ? new LogAnswer(question.Request, question.From, [])
            : HistoryReads.Run(open, key, question, replica.First, LastReadable));
    }

    /// <summary>The leaf digest of a committed entry, once the files are known back to there.</summary>
    public async Task<Hash256?> LeafOf(LogIndex index)
    {
        while (true)
        {
            var answer = new TaskCompletionSource<(bool IsKnown, Hash256? Leaf)>(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(known =>
            {
                Hash256 leaf = default;
                bool isRead = reader() is { } open && index <= chunks()!.Last && open.TryReadLeaf(index, out leaf) is null;
                answer.SetResult((index >= known.First, isRead ? leaf : null));
            });
            if (await answer.Task is { IsKnown: true } found) return found.Leaf;
            await Task.Delay(Limits.LookBackMs);
        }
    }
}
