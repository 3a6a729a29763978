using System.Collections.Immutable;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Core.Tests.Governance;

/// <summary>Random histories against an independent count of votes; every failure names its seed.</summary>
public sealed class GovernancePropertyTests
{
    private static readonly string[] Everyone = ["ann", "bob", "cy", "dan", "eve"];

    [Theory]
    [InlineData(1, 15)]
    [InlineData(1000, 15)]
    public void Nobody_acts_without_the_policy_in_random_histories(int firstSeed, int seeds)
    {
        int changes = 0, refusals = 0;
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            try
            {
                var history = new History(seed);
                for (int step = 0; step < 40; step++) history.Step();
                changes += history.Changes;
                refusals += history.Refusals;
            }
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}: {problem.Message}", problem);
            }
        }
        Assert.True(changes > seeds && refusals > seeds, $"the histories say too little: {changes} changes, {refusals} refusals");
    }

    [Fact]
    public void Damaged_entries_and_states_are_refused_or_canonical_and_never_crash()
    {
        var network = new TestNetwork(TestNetwork.NewConstitution("ann", "bob"));
        ProposalId proposal = network.Propose("ann", new GovernanceAction.SetBatchLimits(new BatchLimits(7, 7000)));
        network.Vote("ann", proposal);
        var entries = new List<byte[]>
        {
            GovernanceEntryCodec.Encode(network.Genesis),
            GovernanceEntryCodec.Encode(new GovernanceEntry.Request(5, TestNetwork.Sign(network.Prepare("ann", new RequestBody.Ballot(proposal, false))))),
            GovernanceEntryCodec.Encode(new GovernanceEntry.NodeAdmitted(
                5, new Membership([new NodeId(1)], [], [new NodeId(2)]), "bob-1", new NodeId(2), TestNetwork.NewPoint(), new byte[9], null)),
            GovernanceEntryCodec.Encode(new GovernanceEntry.NodeRetired(6, null, new NodeId(2))),
            GovernanceEntryCodec.Encode(new GovernanceEntry.LeasesRenewed(7, null, [new Renewal(new NodeId(1), default, new byte[3])])),
            GovernanceEntryCodec.Encode(new GovernanceEntry.LeasesEnded(8, new Membership([new NodeId(1)], [], []), [new NodeId(2)])),
            network.State.Encode(),
        };
        var random = new Random(99);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = Damage(entries[i % entries.Count], random);
            if (GovernanceEntryCodec.TryDecode(damaged, out GovernanceEntry? entry))
            {
                Assert.Equal(damaged, GovernanceEntryCodec.Encode(entry));
                network.State.Apply(entry);
                if (entry is GovernanceEntry.Genesis genesis) GovernanceState.TryBegin(genesis, out _, out _);
            }
            if (GovernanceState.TryDecode(damaged, out GovernanceState? state)) Assert.Equal(damaged, state.Encode());
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        byte[] damaged = (byte[])bytes.Clone();
        if (random.Next(4) == 0) return damaged[..random.Next(damaged.Length)];
        for (int flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
        return damaged;
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly TestNetwork _network;
        private readonly List<ProposalId> _proposals = [];
        private readonly Dictionary<ProposalId, ImmutableArray<GovernanceAction>> _actions = [];
        private readonly Dictionary<(ProposalId, string), bool> _votes = [];
        private Constitution _model;

        public History(int seed)
        {
            _random = new Random(seed);
            _model = TestNetwork.NewConstitution("ann", "bob", "cy");
            _network = new TestNetwork(_model);
            _model = _network.State.Constitution;
        }

        public int Changes { get; private set; }
        public int Refusals { get; private set; }

        public void Step()
        {
            GovernanceState before = _network.State;
            string member = Pick(Everyone);
            RequestBody body = NewBody();
            SignedRequest signed = TestNetwork.Sign(_network.Prepare(member, body), signer: _random.Next(12) == 0 ? Pick(Everyone) : null);
            var entry = new GovernanceEntry.Request(_network.Now, signed);
            Assert.True(GovernanceEntryCodec.TryDecode(GovernanceEntryCodec.Encode(entry), out GovernanceEntry? decoded));
            GovernanceStep step = _network.Apply(decoded);
            if (!step.IsAccepted)
            {
                Refusals++;
                Assert.Same(before, step.State);
                return;
            }
            bool isMember = before.Constitution.Members.Any(known => known.Name == member && known.Certificate.Fingerprint == signed.Fingerprint);
            Assert.True(isMember, $"{member} acted and is not a member");
            if (body is RequestBody.Proposal proposal)
            {
                _proposals.Add(signed.ComputeId());
                _actions[signed.ComputeId()] = proposal.Actions;
            }
            Follow(step);
            CheckState(before);
        }

        private void Follow(GovernanceStep step)
        {
            ulong version = _network.State.Version.Value;
            int changed = step.Events.OfType<GovernanceEvent.ConstitutionChanged>().Count();
            Changes += changed;
            foreach (GovernanceEvent happened in step.Events)
            {
                if (happened is GovernanceEvent.BallotRecorded ballot) _votes[(ballot.Id, ballot.Member)] = ballot.IsAccepting;
                if (happened is not GovernanceEvent.ProposalEnded { Proposal: { } ended }) continue;
                if (ended.State is ProposalState.Accepted or ProposalState.Failed) Assert.True(IsCarried(ended.Id), "carried out without enough votes");
                if (ended.State == ProposalState.Accepted) Accept(_actions[ended.Id]);
            }
            Assert.Equal(TestNetwork.Text(_model.ToCanonicalBytes()), TestNetwork.Text(_network.State.Constitution.ToCanonicalBytes()));
            Assert.True(version >= (ulong)changed + 1);
        }

        private void Accept(ImmutableArray<GovernanceAction> actions)
        {
            Constitution after = GovernanceAction.ApplyAll(_model, actions, out string? reason) ?? throw new InvalidOperationException(reason);
            foreach (Member gone in _model.Members.Except(after.Members))
            {
                foreach (ProposalId proposal in _proposals) _votes.Remove((proposal, gone.Name));
            }
            _model = after;
        }

        /// <summary>Counted anew from the votes that were seen, with plain arithmetic.</summary>
        private bool IsCarried(ProposalId proposal)
        {
            int members = _model.Members.Length;
            int accepting = _model.Members.Count(member => _votes.TryGetValue((proposal, member.Name), out bool isAccepting) && isAccepting);
            return _actions[proposal].All(action => _model.VotingPolicy.RuleFor(action.Name) switch
            {
                VoteRule.Majority => accepting > members / 2,
                VoteRule.Unanimity => accepting == members,
                VoteRule.AtLeast rule => accepting >= rule.Count,
                _ => false,
            });
        }

        private void CheckState(GovernanceState before)
        {
            GovernanceState state = _network.State;
            bool isSame = ReferenceEquals(before.Constitution, state.Constitution);
            Assert.True(isSame ? before.Version == state.Version : before.Version < state.Version, "the version follows the constitution");
            Assert.True(GovernanceState.TryDecode(state.Encode(), out GovernanceState? read));
            Assert.Equal(state.ComputeDigest(), read.ComputeDigest());
            Assert.True(state.NextNodeId >= before.NextNodeId);
            Assert.NotEmpty(state.Membership.Voters);
            Assert.NotEmpty(state.Constitution.Members);
        }

        private RequestBody NewBody() => _random.Next(10) switch
        {
            < 3 => new RequestBody.Proposal([NewAction()]),
            9 when _proposals.Count > 0 => new RequestBody.Withdrawal(Pick(_proposals)),
            _ when _proposals.Count > 0 => new RequestBody.Ballot(_proposals[^_random.Next(1, Math.Min(4, _proposals.Count + 1))], _random.Next(5) > 0),
            _ => new RequestBody.Proposal([NewAction()]),
        };

        private GovernanceAction NewAction()
        {
            string name = Pick(Everyone);
            return _random.Next(6) switch
            {
                0 => new GovernanceAction.AddMember(TestNetwork.MemberOf(name)),
                1 => new GovernanceAction.RemoveMember(name),
                2 => new GovernanceAction.RemoveNode($"{name}-1"),
                3 => new GovernanceAction.SetVotingPolicy(new VotingPolicy(NewRule(), [new ActionRule("add_member", NewRule())])),
                4 => new GovernanceAction.AddNode(TestNetwork.NodeOf($"{name}-{_random.Next(2, 9)}", name)),
                _ => new GovernanceAction.SetBatchLimits(new BatchLimits(_random.Next(1, 100), 4096)),
            };
        }

        private VoteRule NewRule() => _random.Next(3) switch
        {
            0 => new VoteRule.Majority(),
            1 => new VoteRule.Unanimity(),
            _ => new VoteRule.AtLeast(_random.Next(1, 4)),
        };

        private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
    }
}
