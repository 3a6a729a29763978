using Coco.Boundary;
using Coco.Log;
using Coco.Replica;

namespace Coco.Manager.Disk;

/// <summary>The thread that writes: takes all effects that wait, carries them out with as few syncs as their order allows, and reports the last.</summary>
internal sealed class DiskLoop(
    LedgerFolder folder, Action<SealedState> seal, Action<ulong> done, Action<Exception> fail) : IDisposable
{
    private readonly Inbox<DiskEffect> _waiting = new();
    private readonly List<DiskOperation> _operations = [];
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "disk" };
        _thread.Start();
    }

    public void Post(DiskEffect effect) => _waiting.Post(effect);

    /// <summary>What was posted before is still written.</summary>
    public void Dispose()
    {
        _waiting.Close();
        _thread?.Join();
    }

    private void Run()
    {
        try
        {
            for (bool isClosed = false; !isClosed; _waiting.Sleep(Timeout.Infinite))
            {
                isClosed = _waiting.IsClosed;
                while (_waiting.TryTake(out DiskEffect? first)) WriteGroup(first);
            }
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    private void WriteGroup(DiskEffect first)
    {
        ulong last = first.Ticket;
        Gather(first);
        for (int i = 0; i < Limits.MaxGroupedWrites && _waiting.TryTake(out DiskEffect? next); i++)
        {
            Gather(next);
            last = next.Ticket;
        }
        CarryOut();
        done(last);
    }

    /// <summary>The sealed state goes to disk before the entries that follow it.</summary>
    private void Gather(DiskEffect effect)
    {
        if (effect.State is { } state)
        {
            CarryOut();
            seal(state);
        }
        _operations.AddRange(effect.Operations);
    }

    private void CarryOut()
    {
        if (_operations.Count > 0) folder.CarryOut(_operations);
        _operations.Clear();
    }
}
