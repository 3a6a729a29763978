using Coco.Boundary;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Manager.Worker;

/// <summary>
/// Reads the ledger files back, on the sequencer's thread, which owns the files' maps. A quarantined VN has no key, and answers nothing.
/// What is committed and can't be read as it was is told to <paramref name="lost"/>: a client must not hear that it does not exist.
/// </summary>
internal sealed class HistoryDesk(
    Replica.Replica replica, SequencerLoop loop, WorkerServer worker, Func<LedgerReader?> reader, Func<EntryCipher?> cipher, Func<LedgerChunks?> chunks,
    Action<LedgerProblem> lost)
{
    private int _waiting;

    /// <summary>What is committed and on this disk; nothing while files are replaced there.</summary>
    private LogIndex LastReadable =>
        replica.IsInstalling ? LogIndex.Zero
        : replica.Consensus?.Persisted is { } persisted && persisted < replica.Committed ? persisted : replica.Committed;

    /// <summary>What the sequencer wants to feed a worker with, or to send to a VN that is behind.</summary>
    public void Read(ReadLogEffect read)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        if (reader()!.TryReadFrames(read.First, replica.Consensus?.Persisted ?? LogIndex.Zero, read.MaxBytes, frames) is { } problem) lost(problem);
        else loop.PostOwn(new LogReadInput(read.Reader, read.First, frames));
    }

    public void Answer(HistoryQuestion question)
    {
        if (reader() is not { } open || cipher() is not { } key || question.Index > replica.Committed)
            worker.Send(new HistoryAnswer(question.Request, question.Index, default));
        else if (question.Index > LastReadable)
            AnswerLater(question);
        else if (HistoryReads.TryBatch(open, key, question.Index, out ReadOnlyMemory<byte> record) is { } problem)
            lost(problem);
        else
            worker.Send(new HistoryAnswer(question.Request, question.Index, record));
    }

    /// <summary>While the files before the snapshot's are looked up there is nothing to say about older entries: the worker asks again.</summary>
    public void Answer(LogQuestion question)
    {
        if (reader() is not { } open || cipher() is not { } key) return;
        var answer = new LogAnswer(question.Request, question.From, []);
        if (question.From >= replica.First && HistoryReads.TryRun(open, key, question, replica.First, LastReadable, out answer) is { } problem)
            lost(problem);
        else
            worker.Send(answer);
    }

    /// <summary>Others have it on their disks, and this one will.</summary>
    private void AnswerLater(HistoryQuestion question)
    {
        if (_waiting >= Limits.MaxWaitingQuestions) return;
        _waiting++;
        _ = Task.Delay(Limits.LookBackMs).ContinueWith(
            _ => loop.Post(_ =>
            {
                _waiting--;
                Answer(question);
            }),
            TaskScheduler.Default);
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
                answer.SetResult((index >= known.First && !known.IsInstalling, isRead ? leaf : null));
            });
            if (await answer.Task is { IsKnown: true } found) return found.Leaf;
            await Task.Delay(Limits.LookBackMs);
        }
    }
}
