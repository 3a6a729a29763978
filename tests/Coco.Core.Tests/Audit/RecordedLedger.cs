using System.Collections.Immutable;
using System.Security.Cryptography;
using Coco.Core.Tests.Log;
using Coco.Crypto;
using Coco.Governance;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Log;
using Coco.Primitives;
using Coco.Store;
using Governed = Coco.Core.Tests.Governance.TestNetwork;

namespace Coco.Core.Tests.Audit;

/// <summary>A ledger as one node records it: genesis, then batches that the real key-value ledger executed, encrypted and signed.</summary>
internal sealed class RecordedLedger : IDisposable
{
    private const ulong Start = Governed.Start;

    private static readonly EntrySalt Salt = new(1, 2);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _sessionKey = RandomNumberGenerator.GetBytes(SecretKey.Size);
    private readonly SecretKey _secret;
    private readonly EntryCipher _cipher;
    private readonly MerkleLedger _tree = new();
    private readonly LedgerWriter _writer;
    private readonly KeyValueLedger _ledger = new([]);
    private readonly VersionedStore _store;
    private Hash256 _previous = Hash256.Zero;

    public RecordedLedger()
    {
        _secret = new SecretKey(_sessionKey);
        _cipher = new EntryCipher(_secret);
        _store = new VersionedStore(_ledger.Description.Maps);
        ECPoint point = _key.ExportParameters(includePrivateParameters: false).Q;
        var genesis = new GovernanceEntry.Genesis(
            Start, new Membership([new NodeId(1)], [], []), Governed.NewConstitution("alpha").ToCanonicalBytes(), "alpha-1",
            (byte[])[4, .. point.X!, .. point.Y!], new byte[] { 1 });
        Network = GovernanceEntryCodec.NetworkIdOf(genesis);
        _writer = new LedgerWriter(new LedgerChunks(Disk, Network.Value, MerkleFrontier.Empty, Hash256.Zero));
        var encoded = new ByteWriter();
        GovernanceEntryCodec.Encode(genesis, encoded);
        Append(EntryKind.Genesis, encoded.Span, []);
    }

    public MemoryDisk Disk { get; } = new();
    public NetworkId Network { get; }
    public ImmutableArray<ReadOnlyMemory<byte>> SessionKeys => [_sessionKey];

    public Hash256 StateDigest
    {
        get
        {
            using StoreView view = _store.OpenCommitted();
            return _store.ComputeDigest(view);
        }
    }

    /// <summary>Executes a batch of writes and records it, after <paramref name="falsify"/> has changed the record.</summary>
    public void AppendBatch(int transactions, Func<BatchRecord, BatchRecord>? falsify = null, Hash256? claimed = null)
    {
        BatchNumber number = _store.Head?.Next() ?? BatchNumber.Zero;
        var environment = new BatchEnvironment(Start + number.Value, Sha256.Hash([(byte)number.Value]));
        AdmittedTransaction[] admitted = [.. Enumerable.Range(0, transactions).Select(i => Put(number, i))];
        TransactionSet set = _store.Begin(number);
        IExecutedBatch executed = _ledger.Execute(new BatchInput(number, environment, admitted), set);
        var writeSet = new ByteWriter();
        set.EncodeWriteSet(writeSet);
        _store.Seal(set);
        var results = new ByteWriter();
        var claims = new BatchClaims();
        executed.Seal(results, claims);
        _store.Commit(number);
        var record = new BatchRecord(number, environment, [.. admitted.Select(one => one.Request)], writeSet.ToArray(), results.ToArray());
        record = falsify is null ? record : falsify(record);
        var plain = new ByteWriter();
        record.Encode(plain);
        var publicPart = new ByteWriter();
        new BatchPublicPart(number, claimed ?? claims.Root(), transactions).Write(publicPart);
        Append(EntryKind.Batch, publicPart.Span, plain.Span);
    }

    /// <summary>The node's signature over all entries so far: it alone is a quorum.</summary>
    public void AppendCertificate()
    {
        Hash256 digest = new RootStatement(Network.Value, new Term(1), _tree.Last, _tree.Root).CoSignDigest();
        byte[] signature = _key.SignHash(digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var certificate = new ByteWriter();
        new QuorumCertificate(new Term(1), _tree.Last, _tree.Root, [new CoSignature(new NodeId(1), signature)]).Write(certificate);
        Append(EntryKind.Signatures, certificate.Span, []);
    }

    public void Dispose()
    {
        _store.Dispose();
        _cipher.Dispose();
        _secret.Dispose();
        _key.Dispose();
    }

    private static KeyValueTransaction Put(BatchNumber batch, int number)
    {
        var request = new ByteWriter();
        byte[] id = [(byte)batch.Value, (byte)number];
        KeyValueTransaction.EncodeRequest(request, KeyValueOperation.Put, Start + 1_000, id, [(byte)number], value: id);
        Assert.True(KeyValueTransaction.TryDecode(request.ToArray(), out KeyValueTransaction? transaction));
        return transaction!;
    }

    private void Append(EntryKind kind, ReadOnlySpan<byte> publicPart, ReadOnlySpan<byte> privatePart)
    {
        var place = new EntryHeader(kind, new Term(1), _tree.Last.Next(), GovernanceVersion.Zero, Salt, _previous);
        UnsignedEntry unsigned = EntryBuilder.Begin(in place, publicPart, privatePart, _cipher);
        _tree.Append(unsigned.LeafDigest);
        _previous = unsigned.LeafDigest;
        Hash256 digest = new RootStatement(Network.Value, new Term(1), _tree.Last, _tree.Root).LeaderDigest();
        byte[] signature = _key.SignHash(digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        byte[] frame = unsigned.Complete(_tree.Root, new NodeId(1), signature);
        var operations = new List<DiskOperation>();
        _writer.Append([new LedgerRecord(frame, unsigned.LeafDigest)], _tree, operations);
        Disk.Apply(operations);
    }
}
