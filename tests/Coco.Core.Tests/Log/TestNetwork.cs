using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

/// <summary>Three nodes with real keys, and a log that the first of them leads.</summary>
internal sealed class TestNetwork : ILedgerAuthority, IDisposable
{
    public const int Nodes = 3;

    public static readonly Hash256 Id = Sha256.Hash("a network"u8);
    public static readonly EntrySalt Salt = new(0x1122334455667788, 0x99AABBCCDDEEFF00);

    private readonly ECDsa[] _keys = new ECDsa[Nodes];
    private readonly SecretKey _sessionKey = new(Enumerable.Range(1, SecretKey.Size).Select(b => (byte)b).ToArray());

    public TestNetwork()
    {
        for (int i = 0; i < Nodes; i++) _keys[i] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Cipher = new EntryCipher(_sessionKey);
    }

    public EntryCipher Cipher { get; }
    public SecretKey SessionKey => _sessionKey;
    public MerkleLedger Tree { get; } = new();
    public List<LedgerRecord> Records { get; } = [];
    public Term Term { get; set; } = new(1);

    private Hash256 Previous => Records.Count == 0 ? Hash256.Zero : Records[^1].Leaf;

    public LedgerRecord Append(EntryKind kind, ReadOnlySpan<byte> publicPart, ReadOnlySpan<byte> privatePart = default)
    {
        var place = new EntryHeader(kind, Term, Tree.Last.Next(), GovernanceVersion.Zero, Salt, Previous);
        UnsignedEntry unsigned = EntryBuilder.Begin(in place, publicPart, privatePart, Cipher);
        Tree.Append(unsigned.LeafDigest);
        var statement = new RootStatement(Id, Term, Tree.Last, Tree.Root);
        byte[] frame = unsigned.Complete(Tree.Root, NodeOf(0), Sign(0, statement.LeaderDigest()));
        var record = new LedgerRecord(frame, unsigned.LeafDigest);
        Records.Add(record);
        return record;
    }

    /// <summary>A genesis entry and batches of these private sizes.</summary>
    public void AppendBatches(IEnumerable<int> sizes)
    {
        if (Records.Count == 0) Append(EntryKind.Genesis, "genesis"u8);
        foreach (int size in sizes) AppendBatch(size);
    }

    public LedgerRecord AppendBatch(int size)
    {
        var writer = new ByteWriter();
        new BatchPublicPart(new BatchNumber((ulong)Records.Count), MerkleHash.Empty, 0).Write(writer);
        byte[] hidden = new byte[size];
        new Random((Records.Count * 1000) + (int)Term.Value).NextBytes(hidden);
        return Append(EntryKind.Batch, writer.Span, hidden);
    }

    /// <summary>What a change of leader does to entries that no quorum holds.</summary>
    public void CutTo(int count)
    {
        Records.RemoveRange(count, Records.Count - count);
        Tree.TruncateTo(new LogIndex((ulong)count));
        Term = Term.Next();
    }

    public LedgerRecord AppendCertificate(params int[] signers)
    {
        var writer = new ByteWriter();
        Certificate(signers).Write(writer);
        return Append(EntryKind.Signatures, writer.Span);
    }

    public QuorumCertificate Certificate(params int[] signers)
    {
        var statement = new RootStatement(Id, Term, Tree.Last, Tree.Root);
        return new QuorumCertificate(Term, Tree.Last, Tree.Root, signers.Select(i => new CoSignature(NodeOf(i), Sign(i, statement.CoSignDigest()))));
    }

    public static NodeId NodeOf(int number) => new((ulong)number + 1);

    public byte[] Sign(int node, in Hash256 digest) => _keys[node].SignHash(digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public ReadOnlyMemory<byte>? KeyOf(NodeId node)
    {
        if (node.Value is 0 or > Nodes) return null;
        ECPoint point = _keys[(int)node.Value - 1].ExportParameters(false).Q;
        return new byte[] { 4 }.Concat(point.X!).Concat(point.Y!).ToArray();
    }

    public string? Observe(in EntryFrame entry) => null;

    public bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey)
    {
        publicKey = KeyOf(node) ?? default;
        return !publicKey.IsEmpty;
    }

    public bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) => nodes.Count >= 2;

    public void Dispose()
    {
        Cipher.Dispose();
        _sessionKey.Dispose();
        foreach (ECDsa key in _keys) key.Dispose();
    }
}
