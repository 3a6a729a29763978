using Coco.Consensus.Raft;
using Coco.Core.Tests.Log;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using GovernedNetwork = Coco.Core.Tests.Governance.TestNetwork;
using LogPosition = Coco.Consensus.LogPosition;

namespace Coco.Core.Tests.Replica;

/// <summary>The ledger of a network of alder-1, birch-1 and cedar-1 on one disk: entries of term 1 that say who takes part, and a start over it.</summary>
internal sealed class GrownLedger : IDisposable
{
    /// <summary>The number of the start, which answers to it repeat.</summary>
    public const ulong Boot = 7;

    public static readonly NodeId Alder = new(1), Birch = new(2), Cedar = new(3);

    private readonly EntryCipher _cipher = new(new SecretKey(new byte[SecretKey.Size]));
    private readonly MerkleLedger _tree = new();
    private readonly List<LedgerRecord> _records = [];
    private readonly List<GovernanceState> _states = [];
    private Hash256 _previous;

    /// <summary>All three vote in the end.</summary>
    /// <param name="others">Other members, of whose VNs none takes part yet.</param>
    public GrownLedger(params string[] others)
    {
        Constitution constitution = GovernedNetwork.NewConstitution(["alder", "birch", "cedar", .. others]) with { Leases = new LeaseSettings(200, 800) };
        var genesis = new GovernanceEntry.Genesis(
            GovernedNetwork.Start, new Membership([Alder], [], []), constitution.ToCanonicalBytes(), "alder-1", GovernedNetwork.NewPoint(), new byte[] { 1 });
        Assert.True(GovernanceState.TryBegin(genesis, out GovernanceState? first, out GovernanceRefusal? refusal), refusal?.Reason);
        State = first;
        Append(EntryKind.Genesis, GovernanceEntryCodec.Encode(genesis), GovernanceVersion.Zero);
        Admit("birch-1", Birch, null, new Membership([Alder], [], [Birch]));
        Change(new Membership([Alder, Birch], [Alder], []));
        Change(new Membership([Alder, Birch], [], []));
        Admit("cedar-1", Cedar, null, new Membership([Alder, Birch], [], [Cedar]));
        Change(new Membership([Alder, Birch, Cedar], [Alder, Birch], []));
    }

    public GovernanceState State { get; private set; }
    public int Count => _records.Count;

    /// <summary>As it is called of whom this ledger knows the key.</summary>
    public static string NameOf(NodeId node) => node == Alder ? "alder-1" : node == Cedar ? "cedar-1" : "birch-1";

    public void Dispose() => _cipher.Dispose();

    public void Admit(string name, NodeId node, NodeId? replaces, Membership membership) =>
        Apply(new GovernanceEntry.NodeAdmitted(GovernedNetwork.Start, membership, name, node, GovernedNetwork.NewPoint(), new byte[] { 1 }, replaces));

    public void Change(Membership membership) => Apply(new GovernanceEntry.MembershipChanged(GovernedNetwork.Start, membership));

    public void Apply(GovernanceEntry entry)
    {
        GovernanceVersion version = State.Version;
        GovernanceStep step = State.Apply(entry);
        Assert.True(step.IsAccepted, step.Refusal?.Reason);
        State = step.State;
        Append(EntryKind.Configuration, GovernanceEntryCodec.Encode(entry), version);
    }

    /// <summary>Alder starts over it, with what it had sealed.</summary>
    /// <param name="committed">So many entries are known to be.</param>
    /// <param name="plug">Raft by default.</param>
    /// <param name="snapshots">It has them on its disk.</param>
    public Coco.Replica.Replica Start(int committed = 0, Coco.Consensus.IConsensusFactory? plug = null, params KnownSnapshot[] snapshots)
    {
        var start = new ReplicaStart(
            "alder-1", GovernedNetwork.NewPoint(), EntrySalt.Read(new byte[EntrySalt.Size]), Boot, plug ?? new RaftFactory(),
            new Coco.Consensus.ConsensusSettings { ElectionTimeoutTicks = 10, HeartbeatTicks = 2 })
        {
            Signatures = LoneReplica.AnySignature.Instance,
            NonceSeed = Hash256.Zero,
            JudgeEvidence = (_, _) => null,
        };
        var disk = new MemoryDisk();
        var chunks = new LedgerChunks(disk, State.Network.Value, MerkleFrontier.Empty, Hash256.Zero);
        var operations = new List<DiskOperation>();
        new LedgerWriter(chunks).Append([.. _records], _tree, operations);
        disk.Apply(operations);
        LogPosition known = committed == 0 ? default : new LogPosition(new LogIndex((ulong)committed), new Term(1));
        var log = new RecoveredLog(
            chunks, _tree, known, committed == 0 ? null : _states[committed - 1], null, [.. _records.Skip(committed).Select(record => record.Frame)],
            new SealedState(Alder, new Term(1), NodeId.None))
        { Snapshots = snapshots };
        return Coco.Replica.Replica.Start(start, log, _cipher, isSealingAllowed: true);
    }

    /// <summary>What stands beside the state that is written down after the last entry.</summary>
    public SnapshotHeader Header() => new()
    {
        Network = State.Network.Value,
        Index = _tree.Last,
        Term = new Term(1),
        Leaf = _previous,
        Batch = default,
        GovernanceVersion = State.Version,
        Frontier = _tree.FrontierAt(_tree.Last),
        Configuration = default,
        Governance = default,
    };

    /// <summary>These say that they start as well, with logs that end there, until it takes part by a sealed restart.</summary>
    public void AnswerUntilItTakesPart(Coco.Replica.Replica replica, LogPosition end, params NodeId[] answering)
    {
        var effects = new ReplicaEffects();
        for (ulong tick = 1; replica.Consensus is null && tick < 2_000; tick++)
        {
            foreach (NodeId node in answering)
            {
                var answer = new ProbeAnswer(Boot, ProbeState.Restarting, node, new Term(1), end, null, [], "");
                replica.Step(new PeerInput(NameOf(node), State.Find(node)!.PublicKey, answer), effects);
            }
            replica.Step(new TickInput(GovernedNetwork.Start + (tick * 10)), effects);
            effects.Clear();
        }
    }

    /// <summary>So many ticks pass for one whose disk and key answer at once; what it sends.</summary>
    public static List<SendEffect> Pass(Coco.Replica.Replica replica, ulong ticks)
    {
        var sent = new List<SendEffect>();
        var effects = new ReplicaEffects();
        for (ulong tick = 0; tick < ticks; tick++)
        {
            effects.Clear();
            replica.Step(new TickInput(GovernedNetwork.Start), effects);
            for (int i = 0; i < effects.Count; i++)
            {
                if (effects[i] is DiskEffect disk) replica.Step(new DiskInput(disk.Ticket), effects);
                if (effects[i] is SignEffect sign) replica.Step(new SignedInput(sign.Ticket, new byte[P256.SignatureSize]), effects);
                if (effects[i] is SendEffect send) sent.Add(send);
            }
        }
        return sent;
    }

    /// <summary>One VN says something to another, whose disk answers at once; what that one sends.</summary>
    public static List<SendEffect> Hear(Coco.Replica.Replica replica, string name, ReadOnlyMemory<byte> key, PeerMessage message)
    {
        var sent = new List<SendEffect>();
        var effects = new ReplicaEffects();
        replica.Step(new PeerInput(name, key, message), effects);
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i] is DiskEffect disk) replica.Step(new DiskInput(disk.Ticket), effects);
            if (effects[i] is SendEffect send) sent.Add(send);
        }
        return sent;
    }

    private void Append(EntryKind kind, byte[] publicPart, GovernanceVersion version)
    {
        var place = new EntryHeader(kind, new Term(1), _tree.Last.Next(), version, EntrySalt.Read(new byte[EntrySalt.Size]), _previous);
        UnsignedEntry entry = EntryBuilder.Begin(in place, publicPart, default, _cipher);
        _previous = entry.LeafDigest;
        _states.Add(State);
        _tree.Append(_previous);
        _records.Add(new LedgerRecord(entry.Complete(_tree.Root, Alder, new byte[P256.SignatureSize]), _previous));
    }
}
