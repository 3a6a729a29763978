using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using static Coco.Core.Tests.Replica.GrownLedger;

namespace Coco.Core.Tests.Replica;

/// <summary>What a leader does about the others: whose lease it ends, and what it offers.</summary>
public sealed class LeadingTests : IDisposable
{
    private static readonly NodeId Dogwood = new(4);

    private readonly GrownLedger _ledger = new("dogwood");

    public void Dispose() => _ledger.Dispose();

    /// <summary>
    /// Nobody counts on one whose lease has ended, and the voters of before still elect a leader until the change has ended: were one of them
    /// quarantined whose vote that needs, and the leader gone, there would be no other one.
    /// </summary>
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 2)]
    public void The_lease_of_a_VN_stays_whose_vote_is_needed_to_end_the_change(ulong matchOfDogwood, ulong ended)
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        _ledger.Admit("dogwood-1", Dogwood, null, new Membership([Alder, Birch, Cedar], [], [Dogwood]));
        _ledger.Change(new Membership([Alder, Birch, Cedar, Dogwood], [Alder, Birch, Cedar], []));
        _ledger.Change(new Membership([Alder, Birch, Cedar, Dogwood], [], []));
        Configuration? begun = null;
        ClaimingRaft plug = Leading(
            [
                new PeerStatus(Birch, new LogIndex(1), IsHeard: true), new PeerStatus(Cedar, new LogIndex(1), IsHeard: true),
                new PeerStatus(Dogwood, new LogIndex(matchOfDogwood), IsHeard: true),
            ],
            input => (begun ??= (input as ProposeInput)?.Entries[^1].Configuration) is not null);
        Coco.Replica.Replica replica = Start(plug);
        Pass(replica, 300);
        Assert.NotNull(begun);
        Assert.Equal(new NodeId(ended), Assert.Single(begun.OutgoingVoters.Except(begun.Voters)));
    }

    /// <summary>Its answer may be lost, and for its older files it may ask long after that.</summary>
    [Fact]
    public void A_VN_that_asks_for_older_files_is_told_again_of_the_snapshot_that_it_may_have()
    {
        var snapshot = new KnownSnapshot(new SnapshotFacts(_ledger.Header(), Hash256.Zero, 1_000), new SnapshotProof(default, [], default));
        SnapshotSentInput? settled = null;
        ClaimingRaft plug = Leading([], input => input is SnapshotSentInput sent && (settled = sent) is not null);
        Coco.Replica.Replica replica = Start(plug, snapshot);
        Pass(replica, 100);
        plug.Wants.Enqueue(new SendSnapshotEffect(Birch));
        Assert.Single(Offers(Pass(replica, 1)));
        int again = 0;
        for (int asked = 0; asked < 30; asked++)
        {
            HearFromBirch(replica, new FileAsk(SharedFile.Chunk, new LogIndex(1), 0));
            again += Offers(Pass(replica, 10)).Count();
        }
        Assert.Equal(3, again);
        Assert.Null(settled);
        HearFromBirch(replica, new SnapshotSettled(snapshot.Index, true));
        Pass(replica, 1);
        Assert.True(settled is { Arrived: true });
    }

    private static IEnumerable<SnapshotOffer> Offers(IEnumerable<Coco.Replica.SendEffect> sent) => sent.Select(send => send.Message).OfType<SnapshotOffer>();

    /// <summary>Elected by itself alone, it says that the ledger's voters take part.</summary>
    private ClaimingRaft Leading(PeerStatus[] progress, Predicate<ConsensusInput> keeps)
    {
        Membership membership = _ledger.State.Membership;
        return new ClaimingRaft(status => status with { Configuration = new Configuration(membership.Voters, membership.OutgoingVoters, membership.Learners), Progress = progress }, keeps)
        {
            Believes = new Configuration([Alder], [], []),
        };
    }

    private Coco.Replica.Replica Start(ClaimingRaft plug, params KnownSnapshot[] snapshots)
    {
        Coco.Replica.Replica replica = _ledger.Start(_ledger.Count, plug, snapshots);
        _ledger.AnswerUntilItTakesPart(replica, new LogPosition(new LogIndex((ulong)_ledger.Count), new Term(1)), Birch, Cedar);
        return replica;
    }

    private void HearFromBirch(Coco.Replica.Replica replica, PeerMessage message) =>
        Hear(replica, NameOf(Birch), _ledger.State.Find(Birch)!.PublicKey, message);
}
