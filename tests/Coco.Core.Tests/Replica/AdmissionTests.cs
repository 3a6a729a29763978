using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

/// <summary>Whom a leader admits (architecture, Restart).</summary>
public sealed class AdmissionTests
{
    /// <summary>
    /// A new incarnation counts as a voter from its entry on, and its disk may still be busy: when all lose power now, nobody can go on as it.
    /// Were another VN admitted meanwhile, two numbers would be gone that a quorum needs.
    /// </summary>
    [Fact]
    public void Nobody_is_admitted_while_the_quorum_without_it_needs_a_VN_that_has_acknowledged_nothing()
    {
        var plug = new SecondVoter();
        using var replica = new LoneReplica(plug, others: ["birch", "cedar"]);
        replica.Pass(1_000);
        replica.Hear(new JoinRequest(1, default, default), "cedar-1");
        Assert.Equal("no quorum lives without it", Assert.Single(replica.Sent.OfType<JoinRefused>()).Reason);

        plug.Match = new LogIndex(1);
        replica.Hear(new JoinRequest(1, default, default), "cedar-1");
        Assert.Single(replica.Sent.OfType<JoinRefused>());
    }

    /// <summary>Raft of one, which says that it hears a second voter.</summary>
    private sealed class SecondVoter : IConsensusFactory, IConsensus
    {
        private IConsensus? _inner;

        public LogIndex Match { get; set; }

        public string Name => "raft";

        public ConsensusStatus Status => _inner!.Status with
        {
            Configuration = new Configuration([new NodeId(1), new NodeId(2)], [], []),
            Progress = [new PeerStatus(new NodeId(2), Match, IsHeard: true)],
        };

        public IConsensus Create(ConsensusStart start)
        {
            _inner = new RaftFactory().Create(start);
            return this;
        }

        public void Step(ConsensusInput input, ConsensusEffects effects) => _inner!.Step(input, effects);
    }
}
