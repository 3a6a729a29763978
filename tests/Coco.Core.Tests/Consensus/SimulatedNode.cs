using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>A plug with the smallest owner that keeps the socket's law: a disk, a queue of writes that are not yet synced, an outbox.</summary>
internal sealed class SimulatedNode
{
    private readonly IConsensusFactory _factory;
    private readonly ConsensusSettings _settings;
    private readonly ulong _seed;
    private readonly ConsensusEffects _effects = new();
    private readonly Queue<PersistEffect> _unsynced = new();

    public SimulatedNode(NodeId id, Configuration configuration, IConsensusFactory factory, ConsensusSettings settings, ulong seed)
    {
        (Id, _factory, _settings, _seed) = (id, factory, settings, seed);
        Disk = new SimulatedDisk(configuration);
        View = new SimulatedDisk(configuration);
        Plug = Start();
    }

    public NodeId Id { get; }
    public SimulatedDisk Disk { get; }

    /// <summary>The log with what is not yet synced.</summary>
    public SimulatedDisk View { get; private set; }

    public IConsensus Plug { get; private set; }
    public bool IsUp { get; private set; } = true;
    public int Incarnation { get; private set; }
    public LogIndex Commit { get; private set; }
    public List<SendEffect> Outbox { get; } = [];
    public List<ConsensusEffect> Unhandled { get; } = [];
    public int UnsyncedCount => _unsynced.Count;

    /// <summary>Sees each effect in its order, before it is carried out.</summary>
    public Action<ConsensusEffect>? Observe { get; set; }

    public void Step(ConsensusInput input)
    {
        if (!IsUp) return;
        _effects.Clear();
        Plug.Step(input, _effects);
        ConsensusEffect[] given = new ConsensusEffect[_effects.Count];
        for (int i = 0; i < given.Length; i++) given[i] = _effects[i];
        foreach (ConsensusEffect effect in given) CarryOut(effect);
    }

    /// <summary>Syncs the oldest <paramref name="count"/> writes with one answer.</summary>
    public void Sync(int count = int.MaxValue)
    {
        ulong ticket = 0;
        for (; count > 0 && _unsynced.TryDequeue(out PersistEffect? write); count--)
        {
            Disk.Write(write);
            ticket = write.Ticket;
        }
        if (ticket > 0) Step(new PersistedInput(ticket));
    }

    public void Crash()
    {
        IsUp = false;
        _unsynced.Clear();
        Outbox.Clear();
        Unhandled.Clear();
    }

    public void Restart()
    {
        Assert.False(IsUp);
        IsUp = true;
        Incarnation++;
        Commit = Disk.Base.Index;
        View = new SimulatedDisk(Disk.BaseConfiguration);
        View.Install(Disk.Base, Disk.BaseConfiguration);
        View.Write(new PersistEffect(0, Disk.HardState, null, Disk.Entries));
        Plug = Start();
    }

    /// <summary>Lets a stopped node find this on its disk when it restarts.</summary>
    public void Prepare(HardState hardState, IReadOnlyList<ConsensusEntry> entries)
    {
        Assert.False(IsUp);
        Disk.TruncateAfter(Disk.Base.Index);
        Disk.Write(new PersistEffect(0, hardState, null, entries));
    }

    public void Propose(string text, Configuration? configuration = null)
    {
        LogIndex next = Plug.Status.Last.Index.Next();
        Step(new ProposeInput([Entry(Plug.Status.Term, next, text, configuration)]));
    }

    /// <summary>An owner replaces its log only where the snapshot is not in it already (README of the Raft room).</summary>
    public void Install(LogPosition snapshot, Configuration configuration)
    {
        if (!IsUp || snapshot.Index <= Commit) return;
        Sync();
        if (!View.Holds(snapshot))
        {
            Disk.Install(snapshot, configuration);
            View.Install(snapshot, configuration);
            Commit = snapshot.Index;
        }
        Step(new SnapshotInstalledInput(snapshot, configuration));
    }

    public void Compact(LogIndex index)
    {
        Disk.Compact(index);
        View.Compact(index);
    }

    public static ConsensusEntry Entry(Term term, LogIndex index, string text, Configuration? configuration = null) =>
        new(term, index, configuration, System.Text.Encoding.UTF8.GetBytes(text));

    public static string TextOf(ConsensusEntry entry) => System.Text.Encoding.UTF8.GetString(entry.Frame.Span);

    private IConsensus Start() => _factory.Create(new ConsensusStart(
        Id, Disk.HardState, Disk.Base, Disk.BaseConfiguration, [.. Disk.Entries], _seed + (ulong)(Incarnation * 1000), _settings));

    private void CarryOut(ConsensusEffect effect)
    {
        Observe?.Invoke(effect);
        switch (effect)
        {
            case SendEffect send:
                Outbox.Add(send);
                break;
            case PersistEffect persist:
                View.Write(persist);
                _unsynced.Enqueue(persist);
                break;
            case CommittedEffect committed:
                Commit = committed.Index;
                break;
            case RolledBackEffect rolledBack:
                if (Commit > rolledBack.Index) Commit = rolledBack.Index;
                break;
            case RoleChangedEffect:
                break;
            default:
                Unhandled.Add(effect);
                break;
        }
    }
}
