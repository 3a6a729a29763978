using System.Collections.Concurrent;
using Coco.Boundary;
using Coco.Ledgers;
using Coco.Postings;
using Coco.Primitives;

namespace Coco.Worker.Indexing;

/// <summary>Segment files that the manager keeps, encrypted, on the host's disk. Calls wait for its answers.</summary>
internal sealed class RemoteSegments(Action<WorkerMessage> send) : ISegmentFiles
{
    private readonly Questions<SegmentAnswer?> _pages = new(null, TimeProvider.System);
    private readonly Questions<SegmentListAnswer?> _lists = new(null, TimeProvider.System);
    private readonly Questions<LogAnswer?> _log = new(null, TimeProvider.System);
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<SegmentName>> _outputs = new();
    private readonly PageCache _cache = new(Limits.CachedPages);
    private ulong _lastOutput;

    public void OnReply(SegmentReply reply)
    {
        switch (reply)
        {
            case SegmentListAnswer m: _lists.Answer(m.Request, m); break;
            case SegmentAnswer m: _pages.Answer(m.Request, m); break;
            case LogAnswer m: _log.Answer(m.Request, m); break;
            case SegmentStored m when _outputs.TryRemove(m.Output, out TaskCompletionSource<SegmentName>? waiting): waiting.SetResult(m.Name); break;
        }
    }

    /// <summary>The segments that fit the ledger.</summary>
    public IReadOnlyList<SegmentFile> List() =>
        [.. Wait(_lists, static request => new SegmentListQuestion(request)).Segments.Select(name => new SegmentFile(name.Id, name.Pages))];

    /// <summary>Committed batches from an index on.</summary>
    public LogAnswer ReadLog(LogIndex from) => Wait(_log, request => new LogQuestion(request, from));

    public ISegmentOutput Begin(LogIndex lastIndex) => new Output(this, ++_lastOutput, lastIndex);

    public bool TryRead(in SegmentFile file, uint page, out ReadOnlyMemory<byte> bytes)
    {
        if (_cache.TryGet(file.Id, page, out bytes)) return true;
        if (!TryReadRun(file, page, 1, out bytes)) return false;
        _cache.Add(file.Id, page, bytes);
        return true;
    }

    public bool TryReadRun(in SegmentFile file, uint first, int count, out ReadOnlyMemory<byte> bytes)
    {
        Hash256 id = file.Id;
        bytes = Wait(_pages, request => new SegmentQuestion(request, id, first, (uint)count)).Pages;
        return bytes.Length == count * Postings.Limits.PageBytes;
    }

    public void Drop(in SegmentFile file) => send(new SegmentDropped(file.Id));

    private void Post(WorkerMessage message) => send(message);

    /// <summary>
    /// Waits for an answer. No answer in time says nothing about a file: it is neither damaged nor gone. What brings the answer must
    /// not need the thread that waits for it, so its context is put away meanwhile.
    /// </summary>
    private TAnswer Wait<TAnswer>(Questions<TAnswer?> questions, Func<ulong, SegmentRequest> question)
        where TAnswer : class
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return questions.AskAsync(request => send(question(request)), CancellationToken.None).AsTask().GetAwaiter().GetResult()
                ?? throw new HistoryUnavailableException("the ledger files were not read in time");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private sealed class Output(RemoteSegments segments, ulong number, LogIndex lastIndex) : ISegmentOutput
    {
        private readonly ByteWriter _piece = new(Limits.SegmentPieceBytes);

        public void Append(ReadOnlySpan<byte> page)
        {
            // A full piece waits for the next page, since only then is it known not to be the last.
            if (_piece.Length == Limits.SegmentPieceBytes) Send(isLast: false);
            _piece.WriteFixed(page);
        }

        public SegmentFile? End()
        {
            var stored = new TaskCompletionSource<SegmentName>(TaskCreationOptions.RunContinuationsAsynchronously);
            segments._outputs[number] = stored;
            Send(isLast: true);
            if (!stored.Task.Wait(Limits.SegmentStoredMs) || stored.Task.Result.Pages == 0) return null;
            SegmentName name = stored.Task.Result;
            return new SegmentFile(name.Id, name.Pages);
        }

        public void Abandon()
        {
            if (_piece.Length > 0) segments.Post(new SegmentAbandoned(number));
        }

        private void Send(bool isLast)
        {
            segments.Post(new SegmentPiece(number, lastIndex, _piece.ToArray(), isLast));
            _piece.Clear();
        }
    }
}
