using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>The links between managers. They keep order but where a fault says otherwise; what can't be delivered is lost.</summary>
internal sealed class SimulatedNetwork(SimulationWorld world, IReadOnlyList<Host> hosts)
{
    private readonly HashSet<(int From, int To)> _cut = [];
    private readonly Dictionary<(int From, int To), long> _lastArrival = [];

    /// <summary>Added to each message's way, at most; a fault raises it.</summary>
    public long SlowUpTo { get; set; }

    /// <summary>No more loss, repetition or overtaking.</summary>
    public bool IsCalm { get; set; }

    public bool IsOpen(Host from, Host to) =>
        !_cut.Contains((from.Number, to.Number)) && from.Manager is { } sender && to.Manager is { } receiver && sender.Admits(to.Name) && receiver.Admits(from.Name);

    public bool IsUncut(Host from, Host to) => !_cut.Contains((from.Number, to.Number));

    public void Cut(Host from, Host to) => _cut.Add((from.Number, to.Number));

    public void Mend(Host from, Host to) => _cut.Remove((from.Number, to.Number));

    public void MendAll() => _cut.Clear();

    public void Send(Host from, ReadOnlyMemory<byte> senderKey, string name, PeerMessage message)
    {
        Host? to = hosts.FirstOrDefault(host => host.Name == name);
        if (to is null || !IsOpen(from, to)) return;
        if (!IsCalm && world.Random.Chance(world.Profile.Loss))
        {
            world.CountFault("loss", from.Name);
            return;
        }
        var writer = new ByteWriter();
        PeerMessageCodec.Encode(message, writer);
        byte[] bytes = writer.ToArray();
        Deliver(from, to, senderKey, bytes);
        if (IsCalm || !world.Random.Chance(world.Profile.Duplication)) return;
        world.CountFault("duplication", from.Name);
        Deliver(from, to, senderKey, bytes);
    }

    private void Deliver(Host from, Host to, ReadOnlyMemory<byte> senderKey, byte[] bytes)
    {
        long arrival = world.Now + world.Random.Between(200, 2_500);
        if (SlowUpTo > 0) arrival += world.Random.Between(0, SlowUpTo);
        (int, int) pair = (from.Number, to.Number);
        if (!IsCalm && world.Random.Chance(world.Profile.Reordering))
        {
            world.CountFault("reordering", from.Name);
            arrival += world.Random.Between(1, 30) * SimulationWorld.Millisecond;
        }
        else
        {
            arrival = Math.Max(arrival, _lastArrival.GetValueOrDefault(pair) + 1);
            _lastArrival[pair] = arrival;
        }
        ManagerProcess sender = from.Manager!, receiver = to.Manager!;
        world.After(arrival - world.Now, () => Arrive(from, to, sender, receiver, senderKey, bytes));
    }

    /// <summary>A link ends with either of its processes.</summary>
    private void Arrive(
        Host from, Host to, ManagerProcess sender, ManagerProcess receiver, ReadOnlyMemory<byte> senderKey, byte[] bytes)
    {
        if (from.Manager != sender || to.Manager != receiver || _cut.Contains((from.Number, to.Number))) return;
        bool isRead = PeerMessageCodec.TryDecode(bytes, out PeerMessage? message);
        if (!isRead) world.Violate("codec", $"{to.Name} can't read what {from.Name} sent");
        else receiver.OnPeer(from.Name, senderKey, message!);
    }
}
