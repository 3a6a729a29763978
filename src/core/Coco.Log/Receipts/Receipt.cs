using System.Collections.Immutable;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

public enum ReceiptVerdict : byte
{
    Holds,
    OtherNetwork,

    /// <summary>The header is none, or doesn't go with the public part.</summary>
    Malformed,

    /// <summary>The transaction is not in the batch.</summary>
    OtherTransaction,

    /// <summary>The entry is not in the tree that was signed.</summary>
    OtherTree,

    /// <summary>A signature is not valid, or they are no quorum.</summary>
    NoQuorum,
}

/// <summary>A transaction's place in its batch, and the path to the claims root in the entry's public part.</summary>
public sealed record ReceiptTransaction(TransactionClaim Claim, int Position, ImmutableArray<Hash256> Path);

/// <summary>
/// The proof, checkable by anyone offline, that an entry, and a transaction in it, is in the ledger that a quorum signed (STO-3).
/// It carries no ciphertext: of the private part the digest is enough.
/// </summary>
public sealed record Receipt
{
    public required Hash256 Network { get; init; }

    /// <summary>The entry's 88 bytes of header.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    public required ReadOnlyMemory<byte> PublicPart { get; init; }

    /// <summary>SHA-256 of the private part as it stands in the ledger.</summary>
    public required Hash256 PrivateDigest { get; init; }

    /// <summary>Null for a receipt of an entry as a whole.</summary>
    public ReceiptTransaction? Transaction { get; init; }

    /// <summary>From the entry's leaf to the certificate's root.</summary>
    public required ImmutableArray<Hash256> Path { get; init; }

    public required QuorumCertificate Certificate { get; init; }

    /// <summary>
    /// Makes the receipt of an entry. The tree's tail holds the entry and reaches to the certificate's index
    /// (<see cref="LedgerReader.TryReadTree"/>).
    /// </summary>
    public static Receipt Create(
        in Hash256 network, in EntryFrame entry, MerkleLedger tree, QuorumCertificate certificate, ReceiptTransaction? transaction) => new()
        {
            Network = network,
            Header = entry.Bytes[..EntryHeader.Size],
            PublicPart = entry.PublicPart,
            PrivateDigest = Sha256.Hash(entry.PrivatePart.Span),
            Transaction = transaction,
            Path = [.. tree.InclusionPath(entry.Header.Index, certificate.Index)],
            Certificate = certificate,
        };

    /// <summary>
    /// Checks all of it. The caller knows the network, its nodes' keys (from evidence and the administrative ledger) and, by index,
    /// what a quorum is.
    /// </summary>
    public ReceiptVerdict Verify(
        in Hash256 network, Func<NodeId, ReadOnlyMemory<byte>?> keyOf, Func<LogIndex, IReadOnlyList<NodeId>, bool> isQuorum)
    {
        if (Network != network) return ReceiptVerdict.OtherNetwork;
        if (Header.Length != EntryHeader.Size || !EntryHeader.TryRead(Header.Span, out EntryHeader header)
            || header.PublicLength != PublicPart.Length) return ReceiptVerdict.Malformed;
        if (Transaction is not null && !IsInBatch(header.Kind, Transaction)) return ReceiptVerdict.OtherTransaction;
        Hash256 leaf = EntryFrame.LeafDigest(Header.Span, Sha256.Hash(PublicPart.Span), PrivateDigest);
        bool isInTree = MerkleProof.VerifyInclusion(
            header.Index.Value - 1, Certificate.Index.Value, in leaf, Path.AsSpan(), Certificate.Root);
        if (!isInTree) return ReceiptVerdict.OtherTree;
        return Certificate.Verify(in network, keyOf, nodes => isQuorum(Certificate.Index, nodes), P256Verifier.Instance)
            ? ReceiptVerdict.Holds
            : ReceiptVerdict.NoQuorum;
    }

    private bool IsInBatch(EntryKind kind, ReceiptTransaction transaction) =>
        kind == EntryKind.Batch
        && BatchPublicPart.TryRead(PublicPart.Span, out BatchPublicPart batch)
        && BatchClaims.Verify(batch.Claims, transaction.Position, batch.Transactions, transaction.Claim, transaction.Path.AsSpan());
}
