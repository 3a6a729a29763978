using Coco.Ledgers;
using Coco.Primitives;
using Coco.Simulation.Checks;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Clients;

/// <summary>
/// A program that follows the ledger: it subscribes at one VN, and when that one's worker is gone, or for no reason, at another one. What
/// it missed it reads from that VN's ledger. On each connection it must see every committed batch once, in order and without gap, and
/// everywhere the same ones. It draws by itself and disturbs nothing, so a seed goes on as without it.
/// </summary>
internal sealed class Subscriber(Cluster cluster, int number)
{
    private const long Ms = SimulationWorld.Millisecond;
    private const ulong Stream = 0x73756273;

    private readonly SimulationRandom _random = new((ulong)cluster.World.Seed ^ (Stream * (ulong)number));
    private WorkerProcess? _worker;
    private BatchNumber? _onConnection;

    /// <summary>The last batch up to which it has seen all.</summary>
    public BatchNumber? Seen { get; private set; }

    public void Start() => Connect();

    /// <summary>The connection ends.</summary>
    public void OnGone()
    {
        if (_worker is not { } worker) return;
        worker.Applied -= OnApplied;
        worker.Ended -= OnGone;
        _worker = null;
        cluster.World.After(_random.Between(5, 200) * Ms, Connect);
    }

    private void Connect()
    {
        if (cluster.World.IsBroken) return;
        Host host = _random.Pick(cluster.Hosts);
        if (host.Worker is not { IsServing: true } worker)
        {
            cluster.World.After(_random.Between(20, 200) * Ms, Connect);
            return;
        }
        _worker = worker;
        _onConnection = worker.Committed;
        CatchUp(host);
        worker.Applied += OnApplied;
        worker.Ended += OnGone;
        cluster.World.After(_random.Between(500, 4_000) * Ms, () =>
        {
            if (_worker == worker) OnGone();
        });
    }

    /// <summary>As a client asks for the blocks between the last one that it saw and the head.</summary>
    private void CatchUp(Host host)
    {
        if (_onConnection is not { } head) return;
        for (BatchNumber next = Seen is { } seen ? seen.Next() : BatchNumber.Zero; next <= head; next = next.Next())
        {
            if (cluster.Ledger.PlaceOf(next) is not { } place || host.Manager?.TryReadBatch(place) is not { } record) return; // it asks again later
            cluster.Published.Compare(host.Name, next, place, PublishedBatches.DigestOf(record), "in its ledger");
            Seen = next;
        }
    }

    private void OnApplied(WorkerProcess worker, AppliedBatch batch)
    {
        BatchNumber expected = _onConnection is { } last ? last.Next() : BatchNumber.Zero;
        if (batch.Record.Number != expected)
            cluster.World.Violate("subscriptions", $"{worker.Name} publishes batch {batch.Record.Number} to one that waits for {expected}");
        _onConnection = batch.Record.Number;
        BatchNumber wanted = Seen is { } seen ? seen.Next() : BatchNumber.Zero;
        if (batch.Record.Number == wanted) Seen = wanted;
    }
}
