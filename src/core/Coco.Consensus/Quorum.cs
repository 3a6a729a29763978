using System.Collections.Immutable;
using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>Majority arithmetic over one or two sets of voters (joint consensus, Raft 6).</summary>
public static class Quorum
{
    /// <summary>How many of so many voters are a majority.</summary>
    public static int Majority(int voters) => (voters / 2) + 1;

    /// <summary>Whether those for whom <paramref name="has"/> holds are a majority of each set; an empty configuration has no quorum.</summary>
    public static bool Holds(Configuration configuration, Func<NodeId, bool> has) =>
        !configuration.Voters.IsEmpty
        && HoldsIn(configuration.Voters, has)
        && (!configuration.IsJoint || HoldsIn(configuration.OutgoingVoters, has));

    /// <summary>Whether a quorum can still be had when those for whom <paramref name="lost"/> holds never will.</summary>
    public static bool IsLost(Configuration configuration, Func<NodeId, bool> lost) =>
        !Holds(configuration, node => !lost(node));

    /// <summary>The highest index that a quorum holds, where <paramref name="matchOf"/> says what each one holds.</summary>
    public static LogIndex Committable(Configuration configuration, Func<NodeId, LogIndex> matchOf)
    {
        if (configuration.Voters.IsEmpty) return LogIndex.Zero;
        LogIndex incoming = CommittableIn(configuration.Voters, matchOf);
        if (!configuration.IsJoint) return incoming;
        LogIndex outgoing = CommittableIn(configuration.OutgoingVoters, matchOf);
        return outgoing < incoming ? outgoing : incoming;
    }

    private static bool HoldsIn(ImmutableArray<NodeId> voters, Func<NodeId, bool> has)
    {
        int count = 0;
        foreach (NodeId voter in voters)
            if (has(voter)) count++;
        return count >= Majority(voters.Length);
    }

    private static LogIndex CommittableIn(ImmutableArray<NodeId> voters, Func<NodeId, LogIndex> matchOf)
    {
        Span<ulong> held = voters.Length <= 64 ? stackalloc ulong[voters.Length] : new ulong[voters.Length];
        for (int i = 0; i < held.Length; i++) held[i] = matchOf(voters[i]).Value;
        held.Sort();
        return new LogIndex(held[held.Length - Majority(held.Length)]);
    }
}
