using Coco.Replica;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>The twin of the manager's writing thread: takes all that waits, writes and syncs it, reports the last ticket.</summary>
internal sealed class DiskQueue(SimulationWorld world, Host host, Action<SealedState> seal, Action<ulong> done, Func<bool> isAlive, Action<string> fail)
{
    private const int MaxGrouped = 64;

    private readonly Queue<DiskEffect> _waiting = new();
    private bool _isWriting;

    public void Post(DiskEffect effect)
    {
        _waiting.Enqueue(effect);
        if (!_isWriting) Begin();
    }

    private void Begin()
    {
        _isWriting = true;
        world.After(world.Random.Between(10, 200), WriteGroup);
    }

    private void WriteGroup()
    {
        if (!isAlive()) return;
        ulong last = 0;
        try
        {
            for (int i = 0; i <= MaxGrouped && _waiting.TryDequeue(out DiskEffect? effect); i++)
            {
                if (effect.State is { } state) seal(state);
                host.Disk.Write(effect.Operations);
                last = effect.Ticket;
            }
        }
        catch (IOException problem)
        {
            fail(problem.Message);
            return;
        }
        long synced = Math.Max(world.Now + (world.Random.Between(1, host.SyncUpToMs) * SimulationWorld.Millisecond), host.SyncStallsUntil);
        world.After(synced - world.Now, () => Finish(last));
    }

    private void Finish(ulong ticket)
    {
        if (!isAlive()) return;
        host.Disk.Sync();
        done(ticket);
        if (_waiting.Count > 0) Begin();
        else _isWriting = false;
    }
}
