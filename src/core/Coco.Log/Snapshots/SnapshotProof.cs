using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Shows to a VN without the log that a quorum has co-signed a snapshot's digest: the entry that names it, the path from that
/// entry to a root, and a quorum's signatures over the root (STO-4, CON-5).
/// </summary>
public sealed record SnapshotProof(ReadOnlyMemory<byte> Entry, IReadOnlyList<Hash256> Path, ReadOnlyMemory<byte> Certificate)
{
    /// <summary>A certificate of the most signatures, a path, and an entry with an empty private part.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>Makes one; null where <paramref name="tree"/> no longer holds the entry's leaf.</summary>
    public static SnapshotProof? TryMake(in EntryFrame entry, MerkleLedger tree, QuorumCertificate certificate)
    {
        LogIndex index = entry.Header.Index;
        if (index <= tree.Committed || certificate.Index < index || certificate.Index > tree.Last) return null;
        var writer = new ByteWriter();
        certificate.Write(writer);
        return new SnapshotProof(entry.Bytes, tree.InclusionPath(index, certificate.Index), writer.ToArray());
    }

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.WriteBytes(Entry.Span);
        writer.WriteUInt32((uint)Path.Count);
        foreach (Hash256 node in Path) writer.WriteHash(in node);
        writer.WriteBytes(Certificate.Span);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out SnapshotProof? proof)
    {
        proof = null;
        var reader = new SpanReader(bytes);
        if (bytes.Length > MaxBytes || !reader.TryReadBytes(MaxBytes, out ReadOnlySpan<byte> entry)
            || !reader.TryReadUInt32(out uint count) || count > MerkleProof.MaxPath) return false;
        var path = new Hash256[count];
        for (int i = 0; i < path.Length; i++)
            if (!reader.TryReadHash(out path[i])) return false;
        if (!reader.TryReadBytes(MaxBytes, out ReadOnlySpan<byte> certificate) || !reader.IsAtEnd) return false;
        proof = new SnapshotProof(entry.ToArray(), path, certificate.ToArray());
        return true;
    }

    /// <summary>
    /// The claim that is proven; null where anything does not hold. Signatures of nodes whose key is not known count for nothing:
    /// those who took part when the snapshot was taken must be a quorum by themselves.
    /// </summary>
    /// <param name="keyOf">Keys as of the snapshot.</param>
    /// <param name="isQuorum">By the configuration as of the snapshot.</param>
    public SnapshotClaim? Verify(
        in Hash256 network, Func<NodeId, ReadOnlyMemory<byte>?> keyOf, Func<IReadOnlyList<NodeId>, bool> isQuorum,
        ISignatureVerifier signatures)
    {
        if (!EntryFrame.TryParse(Entry, out EntryFrame frame) || frame.Header.Kind != EntryKind.SnapshotDigest
            || !SnapshotClaim.TryRead(frame.PublicPart.Span, out SnapshotClaim claim) || claim.Index >= frame.Header.Index
            || !QuorumCertificate.TryRead(Certificate, out QuorumCertificate? certificate)) return null;
        bool isIn = MerkleProof.VerifyInclusion(
            frame.Header.Index.Value - 1, certificate!.Index.Value, frame.LeafDigest(), [.. Path], certificate.Root);
        if (!isIn) return null;
        RootStatement statement = certificate.Statement(in network);
        var signers = new List<NodeId>();
        foreach (CoSignature signature in certificate.Signatures)
            if (keyOf(signature.Node) is { } key && signature.IsValid(in statement, key.Span, signatures)) signers.Add(signature.Node);
        return isQuorum(signers) ? claim : null;
    }
}
