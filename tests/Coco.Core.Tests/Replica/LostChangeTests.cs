using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using static Coco.Core.Tests.Replica.GrownLedger;
using LogPosition = Coco.Consensus.LogPosition;

namespace Coco.Core.Tests.Replica;

/// <summary>All VNs have died; the log of one that led ends with its own change of who takes part, and the others show logs that end before it.</summary>
public sealed class LostChangeTests : IDisposable
{
    private static readonly NodeId NewBirch = new(4);

    private readonly GrownLedger _ledger = new();

    public void Dispose() => _ledger.Dispose();

    /// <summary>Birch may have acknowledged the change and have an older disk again: then it is committed, and more may be.</summary>
    [Fact]
    public void A_change_is_kept_where_a_quorum_with_it_answers_though_all_of_them_lack_it()
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        (LogIndex last, NodeId self) = Restart(0, Birch, Cedar);
        Assert.Equal((new LogIndex((ulong)_ledger.Count), Alder), (last, self));
    }

    /// <summary>The new incarnation never learned that it is one, and nobody can speak as it: the network would wait for it.</summary>
    [Fact]
    public void A_change_that_the_others_lack_is_taken_back_where_those_who_answer_are_no_quorum_with_it()
    {
        _ledger.Change(new Membership([Alder, Birch], [], [Cedar]));
        _ledger.Admit("birch-1", NewBirch, Birch, new Membership([Alder, NewBirch], [Alder, Birch], [Cedar]));
        (LogIndex last, NodeId self) = Restart(0, Birch);
        Assert.Equal((new LogIndex((ulong)_ledger.Count - 1), Alder), (last, self));
    }

    /// <summary>What ends a joint configuration is committed by the incoming voters alone (Raft 6): that an outgoing one lacks it says nothing.</summary>
    [Fact]
    public void The_end_of_a_change_is_kept_where_the_incoming_voters_may_have_committed_it()
    {
        _ledger.Change(new Membership([Alder, Birch], [], [Cedar]));
        int committed = _ledger.Count;
        _ledger.Admit("birch-1", NewBirch, Birch, new Membership([Alder, NewBirch], [Alder, Birch], [Cedar]));
        _ledger.Change(new Membership([Alder, NewBirch], [], [Cedar]));
        (LogIndex last, NodeId self) = Restart(committed, Birch);
        Assert.Equal((new LogIndex((ulong)_ledger.Count), Alder), (last, self));
    }

    /// <summary>Alder starts over the log, and these answer until it takes part; where its log ends then, and as whom it does.</summary>
    private (LogIndex Last, NodeId Self) Restart(int committed, params NodeId[] answering)
    {
        Coco.Replica.Replica replica = _ledger.Start(committed);
        _ledger.AnswerUntilItTakesPart(replica, new LogPosition(new LogIndex((ulong)_ledger.Count - 1), new Term(1)), answering);
        return (replica.Last, replica.Self);
    }
}
