using System.Threading.Channels;
using Coco.Boundary;
using Coco.Log;
using Coco.Manager.Disk;
using Coco.Primitives;

namespace Coco.Manager.Worker;

/// <summary>
/// Carries out what the worker asks of its index segments, in order, beside the sequencer. <paramref name="leafOf"/> gives the leaf
/// digest of a committed entry, or null where this ledger has none there: only segments that fit it are shown to the worker.
/// </summary>
internal sealed class SegmentDesk(
    Func<SegmentFolder?> open, Func<LogIndex, Task<Hash256?>> leafOf, Action<ManagerMessage> send, Action<string> log) : IDisposable
{
    private readonly Channel<SegmentRequest> _requests =
        Channel.CreateUnbounded<SegmentRequest>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Files of which a piece could not be written: the later ones are of no use.</summary>
    private readonly HashSet<ulong> _failed = [];

    private SegmentFolder? _folder;

    public void Post(SegmentRequest request) => _requests.Writer.TryWrite(request);

    public async Task RunAsync()
    {
        await foreach (SegmentRequest request in _requests.Reader.ReadAllAsync())
        {
            try
            {
                if ((_folder ??= open()) is { } folder) await CarryOutAsync(folder, request);
            }
            catch (IOException problem)
            {
                log($"An index segment: {problem.Message}");
                if (request is SegmentPiece piece) Fail(piece);
            }
        }
    }

    public void Dispose()
    {
        _requests.Writer.TryComplete();
        _folder?.Dispose();
    }

    private async Task CarryOutAsync(SegmentFolder folder, SegmentRequest request)
    {
        switch (request)
        {
            case SegmentListQuestion question:
                folder.AbandonAll(); // the first question of a new worker
                _failed.Clear();
                send(new SegmentListAnswer(question.Request, await ListAsync(folder)));
                break;
            case SegmentPiece piece: await AppendAsync(folder, piece); break;
            case SegmentAbandoned abandoned:
                folder.Abandon(abandoned.Output);
                _failed.Remove(abandoned.Output);
                break;
            case SegmentQuestion question:
                send(new SegmentAnswer(question.Request, folder.Read(question.Id, question.First, question.Count)));
                break;
            case SegmentDropped dropped: folder.Drop(dropped.Id); break;
        }
    }

    private async Task<List<SegmentName>> ListAsync(SegmentFolder folder)
    {
        List<SegmentName> fitting = [];
        foreach ((SegmentFileHeader header, uint pages) in folder.List())
        {
            if (await leafOf(header.LastIndex) == header.Leaf) fitting.Add(new SegmentName(header.Id, pages));
            else folder.Drop(header.Id);
        }
        return fitting;
    }

    private async Task AppendAsync(SegmentFolder folder, SegmentPiece piece)
    {
        bool isWhole = piece.Pages.Length > 0 && piece.Pages.Length % SegmentCipher.PageSize == 0 && !_failed.Contains(piece.Output);
        bool isOpen = folder.IsOpen(piece.Output);
        if (isWhole && !isOpen && await leafOf(piece.LastIndex) is { } leaf)
        {
            folder.Begin(piece.Output, piece.LastIndex, leaf);
            isOpen = true;
        }
        if (!isWhole || !isOpen) Fail(piece);
        else if (folder.Append(piece.Output, piece.Pages.Span, piece.IsLast) is { } name) send(new SegmentStored(piece.Output, name));
    }

    private void Fail(SegmentPiece piece)
    {
        _folder?.Abandon(piece.Output);
        _failed.Add(piece.Output);
        if (!piece.IsLast) return;
        _failed.Remove(piece.Output);
        send(new SegmentStored(piece.Output, default));
    }
}
