using System.Collections.Immutable;
using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>
/// Who takes part. While membership changes there are two quorums: of the incoming voters and of the outgoing ones (joint
/// consensus, Raft 6). All three sets are sorted and without repeats; learners receive entries and never count.
/// </summary>
public sealed class Configuration : IEquatable<Configuration>
{
    public static Configuration Empty { get; } = new([], [], []);

    public Configuration(IEnumerable<NodeId> voters, IEnumerable<NodeId> outgoingVoters, IEnumerable<NodeId> learners)
    {
        Voters = [.. voters.Distinct().Order()];
        OutgoingVoters = [.. outgoingVoters.Distinct().Order()];
        Learners = [.. learners.Distinct().Order()];
    }

    public ImmutableArray<NodeId> Voters { get; }

    /// <summary>The voters before the change; empty when no change is under way.</summary>
    public ImmutableArray<NodeId> OutgoingVoters { get; }

    public ImmutableArray<NodeId> Learners { get; }

    public bool IsJoint => OutgoingVoters.Length > 0;

    public bool IsVoter(NodeId node) => Voters.Contains(node) || OutgoingVoters.Contains(node);

    public bool Contains(NodeId node) => IsVoter(node) || Learners.Contains(node);

    /// <summary>Everyone, sorted, each once.</summary>
    public ImmutableArray<NodeId> Everyone => [.. Voters.Concat(OutgoingVoters).Concat(Learners).Distinct().Order()];

    /// <summary>The same voters with these learners.</summary>
    public Configuration WithLearners(IEnumerable<NodeId> learners) => new(Voters, OutgoingVoters, learners);

    /// <summary>The joint configuration that begins a change to <paramref name="voters"/>; this one must not be joint.</summary>
    public Configuration Enter(IEnumerable<NodeId> voters, IEnumerable<NodeId> learners)
    {
        Invariant.Holds(!IsJoint, "a membership change begins when the one before has ended");
        return new Configuration(voters, Voters, learners);
    }

    /// <summary>The configuration that ends a change.</summary>
    public Configuration Leave() => new(Voters, [], Learners);

    public bool Equals(Configuration? other) =>
        other is not null && Voters.AsSpan().SequenceEqual(other.Voters.AsSpan())
        && OutgoingVoters.AsSpan().SequenceEqual(other.OutgoingVoters.AsSpan())
        && Learners.AsSpan().SequenceEqual(other.Learners.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Configuration);

    public override int GetHashCode() => HashCode.Combine(Voters.Length, OutgoingVoters.Length, Learners.Length);

    public override string ToString() =>
        $"({string.Join(' ', Voters)})"
        + (IsJoint ? $"&&({string.Join(' ', OutgoingVoters)})" : "")
        + (Learners.IsEmpty ? "" : $" learners=({string.Join(' ', Learners)})");
}
