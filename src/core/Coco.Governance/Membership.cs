using System.Collections.Immutable;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// Who takes part in consensus, as the public part of a configuration entry says it: three sorted sets without repeats. The
/// consensus room has the same sets under its own name; this room does not know consensus.
/// </summary>
public sealed class Membership : IEquatable<Membership>
{
    public static Membership Empty { get; } = new([], [], []);

    public Membership(IEnumerable<NodeId> voters, IEnumerable<NodeId> outgoingVoters, IEnumerable<NodeId> learners)
    {
        Voters = [.. voters.Distinct().Order()];
        OutgoingVoters = [.. outgoingVoters.Distinct().Order()];
        Learners = [.. learners.Distinct().Order()];
    }

    public ImmutableArray<NodeId> Voters { get; }

    /// <summary>The voters before a change that is under way; otherwise empty.</summary>
    public ImmutableArray<NodeId> OutgoingVoters { get; }

    public ImmutableArray<NodeId> Learners { get; }

    public bool IsVoter(NodeId node) => Voters.Contains(node) || OutgoingVoters.Contains(node);

    public bool Contains(NodeId node) => IsVoter(node) || Learners.Contains(node);

    public void Encode(ByteWriter writer)
    {
        WriteSet(writer, Voters);
        WriteSet(writer, OutgoingVoters);
        WriteSet(writer, Learners);
    }

    public static bool TryDecode(ref SpanReader reader, out Membership membership)
    {
        membership = Empty;
        if (!TryReadSet(ref reader, out List<NodeId> voters) || !TryReadSet(ref reader, out List<NodeId> outgoing)
            || !TryReadSet(ref reader, out List<NodeId> learners))
        {
            return false;
        }
        membership = new Membership(voters, outgoing, learners);
        return true;
    }

    public bool Equals(Membership? other) =>
        other is not null && Voters.AsSpan().SequenceEqual(other.Voters.AsSpan())
        && OutgoingVoters.AsSpan().SequenceEqual(other.OutgoingVoters.AsSpan())
        && Learners.AsSpan().SequenceEqual(other.Learners.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Membership);

    public override int GetHashCode() => HashCode.Combine(Voters.Length, OutgoingVoters.Length, Learners.Length);

    private static void WriteSet(ByteWriter writer, ImmutableArray<NodeId> nodes)
    {
        writer.WriteUInt16((ushort)nodes.Length);
        foreach (NodeId node in nodes) writer.WriteUInt64(node.Value);
    }

    /// <summary>Sorted and without repeats, or refused: one set has one encoding.</summary>
    private static bool TryReadSet(ref SpanReader reader, out List<NodeId> nodes)
    {
        nodes = [];
        if (!reader.TryReadUInt16(out ushort count) || count > 2 * Limits.MaxNodes) return false;
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out ulong id) || id == 0 || (i > 0 && nodes[^1].Value >= id)) return false;
            nodes.Add(new NodeId(id));
        }
        return true;
    }
}
