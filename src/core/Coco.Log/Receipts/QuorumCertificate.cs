using System.Collections.Immutable;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>What one VN signed of the root that it holds on its disk (CON-5).</summary>
/// <param name="Node">Who.</param>
/// <param name="Signature">r and s over <see cref="RootStatement.CoSignDigest"/>.</param>
public readonly record struct CoSignature(NodeId Node, ReadOnlyMemory<byte> Signature)
{
    public bool IsValid(in RootStatement statement, ReadOnlySpan<byte> publicKey, ISignatureVerifier signatures) =>
        signatures.Verify(publicKey, statement.CoSignDigest().Span, Signature.Span);
}

/// <summary>The signatures of a quorum over one root: committed up to here. The public part of a signatures entry.</summary>
public sealed record QuorumCertificate
{
    private const int SignatureBytes = sizeof(ulong) + P256.SignatureSize;

    public QuorumCertificate(Term term, LogIndex index, Hash256 root, IEnumerable<CoSignature> signatures)
    {
        Term = term;
        Index = index;
        Root = root;
        Signatures = [.. signatures.OrderBy(signature => signature.Node)];
    }

    /// <summary>The term of the entry at <see cref="Index"/>.</summary>
    public Term Term { get; }

    public LogIndex Index { get; }

    public Hash256 Root { get; }

    /// <summary>Sorted by node, each node once.</summary>
    public ImmutableArray<CoSignature> Signatures { get; }

    public RootStatement Statement(in Hash256 network) => new(network, Term, Index, Root);

    public void Write(ByteWriter writer)
    {
        writer.WriteUInt64(Term.Value);
        writer.WriteUInt64(Index.Value);
        writer.WriteHash(Root);
        writer.WriteUInt32((uint)Signatures.Length);
        foreach (CoSignature signature in Signatures)
        {
            writer.WriteUInt64(signature.Node.Value);
            writer.WriteFixed(signature.Signature.Span);
        }
    }

    /// <summary>Takes exactly one certificate; the signatures point into <paramref name="bytes"/>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out QuorumCertificate? certificate)
    {
        certificate = null;
        var reader = new SpanReader(bytes.Span);
        if (!reader.TryReadUInt64(out ulong term) || !reader.TryReadUInt64(out ulong index) || !reader.TryReadHash(out Hash256 root)
            || !reader.TryReadUInt32(out uint count) || count > Limits.MaxCoSignatures
            || reader.Remaining != count * SignatureBytes) return false;
        var signatures = new CoSignature[count];
        for (int i = 0; i < signatures.Length; i++)
        {
            int at = bytes.Length - reader.Remaining;
            if (!reader.TryReadUInt64(out ulong node) || !reader.TryReadFixed(P256.SignatureSize, out _)) return false;
            signatures[i] = new CoSignature(new NodeId(node), bytes.Slice(at + sizeof(ulong), P256.SignatureSize));
            if (i > 0 && signatures[i].Node <= signatures[i - 1].Node) return false;
        }
        certificate = new QuorumCertificate(new Term(term), new LogIndex(index), root, signatures);
        return true;
    }

    /// <summary>
    /// Whether every signature is valid under the key that <paramref name="keyOf"/> gives for its node (null: not a node of this
    /// network), each node once, and <paramref name="isQuorum"/> says that these are enough.
    /// </summary>
    public bool Verify(
        in Hash256 network, Func<NodeId, ReadOnlyMemory<byte>?> keyOf, Func<IReadOnlyList<NodeId>, bool> isQuorum,
        ISignatureVerifier signatures)
    {
        RootStatement statement = Statement(in network);
        var nodes = new List<NodeId>(Signatures.Length);
        foreach (CoSignature signature in Signatures)
        {
            if (nodes.Count > 0 && signature.Node <= nodes[^1]) return false;
            if (keyOf(signature.Node) is not { } key || !signature.IsValid(in statement, key.Span, signatures)) return false;
            nodes.Add(signature.Node);
        }
        return isQuorum(nodes);
    }

    public bool Equals(QuorumCertificate? other)
    {
        if (other is null || Term != other.Term || Index != other.Index || Root != other.Root
            || Signatures.Length != other.Signatures.Length) return false;
        for (int i = 0; i < Signatures.Length; i++)
        {
            if (Signatures[i].Node != other.Signatures[i].Node
                || !Signatures[i].Signature.Span.SequenceEqual(other.Signatures[i].Signature.Span)) return false;
        }
        return true;
    }

    public override int GetHashCode() => HashCode.Combine(Term, Index, Root);
}
