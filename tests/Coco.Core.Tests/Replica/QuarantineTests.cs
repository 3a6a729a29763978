using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using static Coco.Core.Tests.Replica.GrownLedger;
using SendEffect = Coco.Replica.SendEffect;

namespace Coco.Core.Tests.Replica;

/// <summary>The lease of a VN has ended that knows a leader and a quorum.</summary>
public sealed class QuarantineTests : IDisposable
{
    private readonly GrownLedger _ledger = new();

    public void Dispose() => _ledger.Dispose();

    /// <summary>Consensus stands still in it, and would say for ever what it said last: VNs that start would wait for that network.</summary>
    [Fact]
    public void A_quarantined_VN_does_not_say_that_the_network_lives()
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        Coco.Replica.Replica replica = _ledger.Start(plug: new Living());
        _ledger.AnswerUntilItTakesPart(replica, new LogPosition(new LogIndex((ulong)_ledger.Count), new Term(1)), Birch, Cedar);
        Assert.Equal(ProbeState.HasQuorum, Probe(replica));
        Hear(replica, Birch, new EvidenceAsk(Alder, Hash256.Zero, true, new LogIndex(1_000)));
        Assert.Equal(ProbeState.NoQuorum, Probe(replica));
    }

    private ProbeState Probe(Coco.Replica.Replica replica) => Hear(replica, Cedar, new Probe(3, Cedar, new Term(1), new LogIndex(1), new Term(1)))
        .Select(message => message as ProbeAnswer).Single(answer => answer is not null)!.State;

    private List<PeerMessage> Hear(Coco.Replica.Replica replica, NodeId from, PeerMessage message)
    {
        var effects = new ReplicaEffects();
        replica.Step(new PeerInput(NameOf(from), _ledger.State.Find(from)!.PublicKey, message), effects);
        var sent = new List<PeerMessage>();
        for (int i = 0; i < effects.Count; i++)
            if (effects[i] is SendEffect send) sent.Add(send.Message);
        return sent;
    }

    /// <summary>Raft that says that it hears Birch, who leads.</summary>
    private sealed class Living : IConsensusFactory, IConsensus
    {
        private IConsensus? _inner;

        public string Name => "raft";

        public ConsensusStatus Status => _inner!.Status with { HasQuorum = true, Leader = Birch };

        public IConsensus Create(ConsensusStart start)
        {
            _inner = new RaftFactory().Create(start);
            return this;
        }

        public void Step(ConsensusInput input, ConsensusEffects effects) => _inner!.Step(input, effects);
    }
}
