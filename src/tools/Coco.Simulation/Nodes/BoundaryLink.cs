using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>One connection between a manager and its worker: in order both ways, delayed, and closed at once when either side ends.</summary>
internal sealed class BoundaryLink(SimulationWorld world, Host host, ManagerProcess manager, WorkerProcess worker)
{
    private long _toWorker;
    private long _toManager;

    public bool IsOpen { get; private set; } = true;

    public ManagerProcess Manager => manager;

    /// <summary>Null: the worker is in its manager's TEE, and gives no evidence.</summary>
    public WorkerStanding? Standing { get; init; }

    public void ToWorker(Action<WorkerProcess> message) => Send(ref _toWorker, () =>
    {
        if (IsOpen && worker.IsAlive) message(worker);
    });

    /// <summary>What the worker wrote before it ended may still be read.</summary>
    public void ToManager(Action<ManagerProcess> message) => Send(ref _toManager, () =>
    {
        if (manager.IsAlive && manager.Link == this) message(manager);
    });

    /// <summary>The manager reads what is on its way and then finds that the worker is gone; the worker ends with its manager.</summary>
    public void Close()
    {
        if (!IsOpen) return;
        IsOpen = false;
        Send(ref _toManager, () => manager.OnWorkerGone(this));
        world.After(world.Random.Between(100, 5_000), () => worker.End("the boundary closed"));
    }

    private void Send(ref long last, Action deliver)
    {
        long arrival = world.Now + world.Random.Between(20, 300);
        if (host.BoundarySlowUpTo > 0) arrival += world.Random.Between(0, host.BoundarySlowUpTo);
        last = Math.Max(arrival, last + 1);
        world.After(last - world.Now, deliver);
    }
}
