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

/// <summary>All VNs have died; the log of one that led ends with its own change of who takes part, and the others show logs that end before it.</summary>
public sealed class LostChangeTests : IDisposable
{
    private const ulong Boot = 7;
    private static readonly NodeId Alder = new(1), Birch = new(2), Cedar = new(3), NewBirch = new(4);

    private readonly EntryCipher _cipher = new(new SecretKey(new byte[SecretKey.Size]));
    private readonly MerkleLedger _tree = new();
    private readonly List<LedgerRecord> _records = [];
    private readonly List<GovernanceState> _states = [];
    private GovernanceState _state;
    private Hash256 _previous;

    public LostChangeTests()
    {
        Constitution constitution = GovernedNetwork.NewConstitution("alder", "birch", "cedar");
        var genesis = new GovernanceEntry.Genesis(
            GovernedNetwork.Start, new Membership([Alder], [], []), constitution.ToCanonicalBytes(), "alder-1", GovernedNetwork.NewPoint(), new byte[] { 1 });
        Assert.True(GovernanceState.TryBegin(genesis, out GovernanceState? first, out GovernanceRefusal? refusal), refusal?.Reason);
        _state = first;
        Append(EntryKind.Genesis, GovernanceEntryCodec.Encode(genesis), GovernanceVersion.Zero);
        Admit("birch-1", Birch, null, new Membership([Alder], [], [Birch]));
        Change(new Membership([Alder, Birch], [Alder], []));
        Change(new Membership([Alder, Birch], [], []));
        Admit("cedar-1", Cedar, null, new Membership([Alder, Birch], [], [Cedar]));
        Change(new Membership([Alder, Birch, Cedar], [Alder, Birch], []));
    }

    public void Dispose() => _cipher.Dispose();

    /// <summary>Birch may have acknowledged the change and have an older disk again: then it is committed, and more may be.</summary>
    [Fact]
    public void A_change_is_kept_where_a_quorum_with_it_answers_though_all_of_them_lack_it()
    {
        Change(new Membership([Alder, Birch, Cedar], [], []));
        (LogIndex last, NodeId self) = Restart(Birch, Cedar);
        Assert.Equal((new LogIndex((ulong)_records.Count), Alder), (last, self));
    }

    /// <summary>The new incarnation never learned that it is one, and nobody can speak as it: the network would wait for it.</summary>
    [Fact]
    public void A_change_that_the_others_lack_is_taken_back_where_those_who_answer_are_no_quorum_with_it()
    {
        Change(new Membership([Alder, Birch], [], [Cedar]));
        Admit("birch-1", NewBirch, Birch, new Membership([Alder, NewBirch], [Alder, Birch], [Cedar]));
        (LogIndex last, NodeId self) = Restart(Birch);
        Assert.Equal((new LogIndex((ulong)_records.Count - 1), Alder), (last, self));
    }

    /// <summary>What ends a joint configuration is committed by the incoming voters alone (Raft 6): that an outgoing one lacks it says nothing.</summary>
    [Fact]
    public void The_end_of_a_change_is_kept_where_the_incoming_voters_may_have_committed_it()
    {
        Change(new Membership([Alder, Birch], [], [Cedar]));
        int committed = _records.Count;
        Admit("birch-1", NewBirch, Birch, new Membership([Alder, NewBirch], [Alder, Birch], [Cedar]));
        Change(new Membership([Alder, NewBirch], [], [Cedar]));
        (LogIndex last, NodeId self) = Restart(committed, Birch);
        Assert.Equal((new LogIndex((ulong)_records.Count), Alder), (last, self));
    }

    /// <summary>Alder starts over the log, and these answer until it takes part; where its log ends then, and as whom it does.</summary>
    private (LogIndex Last, NodeId Self) Restart(params NodeId[] answering) => Restart(0, answering);

    /// <param name="committed">So many entries are known to be.</param>
    private (LogIndex Last, NodeId Self) Restart(int committed, params NodeId[] answering)
    {
        var start = new ReplicaStart(
            "alder-1", GovernedNetwork.NewPoint(), EntrySalt.Read(new byte[EntrySalt.Size]), Boot, new RaftFactory(),
            new Coco.Consensus.ConsensusSettings { ElectionTimeoutTicks = 10, HeartbeatTicks = 2 })
        {
            Signatures = LoneReplica.AnySignature.Instance,
            NonceSeed = Hash256.Zero,
            JudgeEvidence = (_, _) => null,
        };
        var disk = new MemoryDisk();
        var chunks = new LedgerChunks(disk, _state.Network.Value, MerkleFrontier.Empty, Hash256.Zero);
        var operations = new List<DiskOperation>();
        new LedgerWriter(chunks).Append([.. _records], _tree, operations);
        disk.Apply(operations);
        LogPosition known = committed == 0 ? default : new LogPosition(new LogIndex((ulong)committed), new Term(1));
        var log = new RecoveredLog(
            chunks, _tree, known, committed == 0 ? null : _states[committed - 1], null, [.. _records.Skip(committed).Select(record => record.Frame)],
            new SealedState(Alder, new Term(1), NodeId.None));
        Coco.Replica.Replica replica = Coco.Replica.Replica.Start(start, log, _cipher, isSealingAllowed: true);
        var effects = new ReplicaEffects();
        for (ulong tick = 1; replica.Consensus is null && tick < 2_000; tick++)
        {
            foreach (NodeId node in answering)
                replica.Step(new PeerInput(node == Cedar ? "cedar-1" : "birch-1", _state.Find(node)!.PublicKey, Older(node)), effects);
            replica.Step(new TickInput(GovernedNetwork.Start + (tick * 10)), effects);
            effects.Clear();
        }
        return (replica.Last, replica.Self);
    }

    private ProbeAnswer Older(NodeId node) => new(
        Boot, ProbeState.Restarting, node, new Term(1), new LogPosition(new LogIndex((ulong)_records.Count - 1), new Term(1)), null, [], "");

    private void Admit(string name, NodeId node, NodeId? replaces, Membership membership) =>
        Apply(new GovernanceEntry.NodeAdmitted(GovernedNetwork.Start, membership, name, node, GovernedNetwork.NewPoint(), new byte[] { 1 }, replaces));

    private void Change(Membership membership) => Apply(new GovernanceEntry.MembershipChanged(GovernedNetwork.Start, membership));

    private void Apply(GovernanceEntry entry)
    {
        GovernanceVersion version = _state.Version;
        GovernanceStep step = _state.Apply(entry);
        Assert.True(step.IsAccepted, step.Refusal?.Reason);
        _state = step.State;
        Append(EntryKind.Configuration, GovernanceEntryCodec.Encode(entry), version);
    }

    private void Append(EntryKind kind, byte[] publicPart, GovernanceVersion version)
    {
        var place = new EntryHeader(kind, new Term(1), _tree.Last.Next(), version, EntrySalt.Read(new byte[EntrySalt.Size]), _previous);
        UnsignedEntry entry = EntryBuilder.Begin(in place, publicPart, default, _cipher);
        _previous = entry.LeafDigest;
        _states.Add(_state);
        _tree.Append(_previous);
        _records.Add(new LedgerRecord(entry.Complete(_tree.Root, Alder, new byte[P256.SignatureSize]), _previous));
    }
}
