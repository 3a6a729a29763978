using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>
/// The claims of one batch in the order of its transactions, and the Merkle tree over them, of the shape of the ledger's (RFC 9162 2.1).
/// Its root is public in the entry, so that a receipt proves one transaction and tells nothing of the others (STO-3). Used again after
/// <see cref="Clear"/>.
/// </summary>
public sealed class BatchClaims
{
    private readonly List<TransactionClaim> _claims = [];

    /// <summary>The levels of the tree of the first <see cref="_built"/> claims one behind the other, the leaves first, the root last.</summary>
    private readonly List<Hash256> _nodes = [];
    private int _built;

    public int Count => _claims.Count;
    public TransactionClaim this[int position] => _claims[position];

    public void Add(in TransactionClaim claim) => _claims.Add(claim);

    public void Clear()
    {
        _claims.Clear();
        _nodes.Clear();
        _built = 0;
    }

    public Hash256 Root()
    {
        if (_claims.Count == 0) return MerkleHash.Empty;
        Build();
        return _nodes[^1];
    }

    /// <summary>The path from the claim at <paramref name="position"/>, from 0, to the root.</summary>
    public Hash256[] Path(int position)
    {
        Build();
        var path = new List<Hash256>();
        int at = position, level = 0;
        for (int count = _claims.Count; count > 1; count = (count + 1) / 2)
        {
            // A last node without a sibling goes up as it is.
            if ((at ^ 1) < count) path.Add(_nodes[level + (at ^ 1)]);
            level += count;
            at >>= 1;
        }
        return [.. path];
    }

    public static bool Verify(
        in Hash256 root, int position, int count, in TransactionClaim claim, ReadOnlySpan<Hash256> path) =>
        position >= 0 && count > 0
        && MerkleProof.VerifyInclusion((ulong)position, (ulong)count, claim.LeafDigest(), path, in root);

    private void Build()
    {
        if (_built == _claims.Count) return;
        _built = _claims.Count;
        _nodes.Clear();
        for (int i = 0; i < _claims.Count; i++) _nodes.Add(_claims[i].LeafDigest());
        int level = 0;
        for (int count = _claims.Count; count > 1; count = (count + 1) / 2)
        {
            for (int i = 0; i + 1 < count; i += 2) _nodes.Add(MerkleHash.Node(_nodes[level + i], _nodes[level + i + 1]));
            if ((count & 1) == 1) _nodes.Add(_nodes[level + count - 1]);
            level += count;
        }
    }
}
