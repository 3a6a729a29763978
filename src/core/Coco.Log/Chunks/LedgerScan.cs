using System.Buffers;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>Goes through chunk files in order and checks everything, up to the first problem or a torn end.</summary>
internal sealed class LedgerScan
{
    private readonly ILedgerFiles _files;
    private readonly ILedgerAuthority _authority;
    private readonly LedgerOpenOptions _options;
    private readonly List<LogIndex> _firsts = [];

    /// <summary>The last entry whose signature was not checked yet.</summary>
    private EntryFrame? _pending;
    private int _number;

    public LedgerScan(ILedgerFiles files, ILedgerAuthority authority, LedgerOpenOptions options)
    {
        _files = files;
        _authority = authority;
        _options = options;
        foreach (string file in files.List())
        {
            if (ChunkFile.TryParseName(file, out LogIndex first)) _firsts.Add(first);
            else if (ForeignFile is null || string.CompareOrdinal(file, ForeignFile) < 0) ForeignFile = file;
        }
        _firsts.Sort();
    }

    /// <summary>What was found good; null where there was not one good file header.</summary>
    public LedgerChunks? Chunks { get; private set; }
    public MerkleLedger Tree { get; private set; } = new();
    public Term Term { get; private set; }
    public ulong Entries { get; private set; }
    public LogIndex CommittedThrough { get; private set; }
    public string? ForeignFile { get; }
    public LedgerProblem? Problem { get; private set; }

    /// <summary>The file in which the scan ended early; null where it went through.</summary>
    public string? StoppedIn { get; private set; }

    /// <summary>The files after that one.</summary>
    public IEnumerable<string> FilesAfterStop => _firsts.Skip(_number + 1).Select(ChunkFile.Name);

    private LogIndex Next => Chunks?.Last.Next() ?? _options.From;

    public void Run()
    {
        int last = _firsts.FindLastIndex(first => first <= _options.From);
        _number = Math.Max(last, 0);
        if (_firsts.Count > 0 && last < 0)
        {
            StoppedIn = ChunkFile.Name(_firsts[0]);
            Fail(_options.From, LedgerProblemKind.Missing, Missing(_options.From, _firsts[0]), Before(_firsts[0]));
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Limits.DefaultChunkBytes);
        for (; Problem is null && _number < _firsts.Count; _number++)
            if (!ScanFile(ref buffer)) break;
        ArrayPool<byte>.Shared.Return(buffer);
        if (Problem is null && _options.DurableThrough is { } durable && durable >= Next)
            Fail(Next, LedgerProblemKind.RolledBack, $"The ledger ends before entry {Next}, but entry {durable} was durable here.", null);
    }

    private bool ScanFile(ref byte[] buffer)
    {
        string file = ChunkFile.Name(_firsts[_number]);
        long length = _files.Length(file);
        if (length > Limits.MaxChunkFile) return Stop(file, LedgerProblemKind.Damaged, "is larger than any chunk");
        ReadOnlyMemory<byte> bytes = LedgerChunks.ReadWhole(_files, file, length, ref buffer);
        if (!ChunkHeader.TryRead(bytes.Span, out ChunkHeader? header, out int offset)) return StopTornOrDamaged(file, bytes, 0);
        if (!CheckHeader(file, header!)) return false;
        Chunks!.AddChunk(header!, offset);
        LogIndex before = Chunks.Last;
        while (offset < bytes.Length)
        {
            if (!ChunkFile.TryReadRecord(bytes[offset..], out ReadOnlyMemory<byte> frame))
                return CheckPending(file) && StopTornOrDamaged(file, bytes, offset);
            if (!ScanEntry(file, frame)) return false;
            offset += ChunkFile.RecordPrefix + frame.Length;
        }
        if (!CheckPending(file)) return false;
        // A crash between a header and its first entry: the file goes, and comes back with that entry.
        return Chunks.Last > before || StopTornOrDamaged(file, bytes, offset);
    }

    private bool CheckHeader(string file, ChunkHeader header)
    {
        if (header.First != _firsts[_number]) return Stop(file, LedgerProblemKind.Malformed, "has the header of another file");
        if (header.Network != (Chunks?.Network ?? _options.Network ?? header.Network))
            return Stop(file, LedgerProblemKind.OtherNetwork, "is of another network");
        if (Chunks is null)
        {
            Chunks = new LedgerChunks(_files, header.Network, header.Frontier, header.Previous, _options.ChunkBytes);
            Tree = new MerkleLedger(header.Frontier);
            CommittedThrough = Before(header.First);
            if (_options.Snapshot is { } snapshot && header.First > snapshot.Index)
                return Stop(file, LedgerProblemKind.Missing, "comes after the snapshot's");
            return true;
        }
        if (header.First > Next)
        {
            StoppedIn = file;
            return Fail(Next, LedgerProblemKind.Missing, Missing(Next, header.First), Before(header.First));
        }
        if (header.First < Next) return Stop(file, LedgerProblemKind.Malformed, "holds entries that the file before holds too");
        if (header.Previous != Chunks.LastLeaf) return Stop(file, LedgerProblemKind.Chain, "does not follow on the file before");
        return header.Frontier.Root() == Tree.Root
            || Stop(file, LedgerProblemKind.Root, "has another Merkle tree in its header than the file before");
    }

    private bool ScanEntry(string file, ReadOnlyMemory<byte> frame)
    {
        if (!EntryFrame.TryParse(frame, out EntryFrame entry) || entry.Header.Index != Next)
            return Stop(file, LedgerProblemKind.Malformed, "does not hold the entry of this place");
        if (entry.Header.Previous != Chunks!.LastLeaf || entry.Header.Term < Term)
            return Stop(file, LedgerProblemKind.Chain, "does not follow on the entry before");
        Hash256 leaf = entry.LeafDigest();
        Tree.Append(in leaf);
        bool isCovered = _options.Snapshot is { } snapshot && entry.Header.Index <= snapshot.Index;
        string? flaw = isCovered
            ? CoveredFlaw(in entry, in leaf, out LedgerProblemKind kind) : FlawOf(in entry, out kind);
        if (flaw is not null)
        {
            Tree.TruncateTo(Chunks.Last);
            return Stop(file, kind, flaw);
        }
        Chunks.AddEntry(ChunkFile.RecordPrefix + frame.Length, in leaf);
        Term = entry.Header.Term;
        Entries++;
        return true;
    }

    /// <summary>An entry that the snapshot contains: tree and leaf at the snapshot's own entry say whether it is the one.</summary>
    private string? CoveredFlaw(in EntryFrame entry, in Hash256 leaf, out LedgerProblemKind kind)
    {
        kind = LedgerProblemKind.Root;
        if (entry.Root != Tree.Root) return "has another Merkle root";
        SnapshotHeader snapshot = _options.Snapshot!;
        if (entry.Header.Index < snapshot.Index) return null;
        bool isItsBatch = BatchPublicPart.TryRead(entry.PublicPart.Span, out BatchPublicPart batch) && batch.Number == snapshot.Batch;
        if (!isItsBatch || entry.Header.Kind != EntryKind.Batch || Tree.Root != snapshot.Frontier.Root() || leaf != snapshot.Leaf || entry.Header.Term != snapshot.Term)
            return "is not the one of the snapshot";
        CommittedThrough = snapshot.Index;
        Tree.Commit(snapshot.Index);
        return null;
    }

    /// <summary>Root, signature, certificate and the network's rules, in this order; see <see cref="ILedgerAuthority.Observe"/>.</summary>
    private string? FlawOf(in EntryFrame entry, out LedgerProblemKind kind)
    {
        kind = LedgerProblemKind.Root;
        if (entry.Root != Tree.Root) return "has another Merkle root";
        kind = LedgerProblemKind.Governance;
        bool isFirst = entry.Header.Kind == EntryKind.Genesis;
        if (isFirst && entry.Header.Index.Value != 1) return "is a second genesis";
        if (isFirst && _authority.Observe(in entry) is { } refused) return refused;
        if (entry.Header.Kind == EntryKind.Batch && !_options.EverySignature)
        {
            _pending = entry;
        }
        else
        {
            _pending = null;
            kind = LedgerProblemKind.Signature;
            if (!IsSigned(in entry)) return "is not signed by a node that may";
        }
        kind = LedgerProblemKind.Certificate;
        if (entry.Header.Kind == EntryKind.Signatures && CertificateFlaw(in entry) is { } flaw) return flaw;
        kind = LedgerProblemKind.Governance;
        return isFirst ? null : _authority.Observe(in entry);
    }

    private bool IsSigned(in EntryFrame entry) =>
        _authority.TryGetKey(entry.Signer, entry.Header.Index, out ReadOnlyMemory<byte> key)
        && entry.IsSignedBy(Chunks!.Network, key.Span, _options.Signatures);

    private string? CertificateFlaw(in EntryFrame entry)
    {
        if (!QuorumCertificate.TryRead(entry.PublicPart, out QuorumCertificate? certificate)) return "holds no quorum certificate";
        // What it certifies may have been certified before, and then says nothing new; or lies before the first file.
        LogIndex index = certificate!.Index;
        if (index <= CommittedThrough) return null;
        if (index >= entry.Header.Index || certificate.Root != Tree.RootAt(index)) return "certifies another Merkle root";
        bool holds = certificate.Verify(
            Chunks!.Network,
            node => _authority.TryGetKey(node, index, out ReadOnlyMemory<byte> key) ? key : null,
            nodes => _authority.IsQuorum(index, nodes), _options.Signatures);
        if (!holds) return "holds a quorum certificate that is not one";
        CommittedThrough = index;
        Tree.Commit(index);
        return null;
    }

    /// <summary>The last entry of a file has its signature checked, whatever it is.</summary>
    private bool CheckPending(string file)
    {
        if (_pending is not { } entry) return true;
        _pending = null;
        if (IsSigned(in entry)) return true;
        StoppedIn = file;
        return Fail(
            entry.Header.Index, LedgerProblemKind.Signature,
            $"Entry {entry.Header.Index} in {file} is not signed by a node that may.", LastOfFile());
    }

    /// <summary>A crash leaves a torn end in the last file; anything else is damage.</summary>
    private bool StopTornOrDamaged(string file, ReadOnlyMemory<byte> bytes, int offset)
    {
        StoppedIn = file;
        bool isTorn = _number == _firsts.Count - 1
            && (_options.DurableThrough is { } durable ? Next > durable : !HoldsEntry(bytes[offset..]));
        return !isTorn && Stop(file, LedgerProblemKind.Damaged, "is damaged");
    }

    /// <summary>Whether a whole entry stands anywhere in these bytes.</summary>
    private static bool HoldsEntry(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> magic = [0x00, (byte)'C', (byte)'O', (byte)'E'];
        for (int at = 0; ;)
        {
            int found = bytes.Span[at..].IndexOf(magic);
            if (found < 0) return false;
            at += found;
            if (at >= ChunkFile.RecordPrefix
                && EntryHeader.TryRead(bytes.Span[at..], out EntryHeader header) && header.FrameLength <= bytes.Length - at
                && ChunkFile.TryReadRecord(bytes[(at - ChunkFile.RecordPrefix)..], out _)) return true;
            at++;
        }
    }

    private bool Stop(string file, LedgerProblemKind kind, string flaw)
    {
        StoppedIn = file;
        return Fail(Next, kind, $"Entry {Next} in {file} {flaw}.", LastOfFile());
    }

    private bool Fail(LogIndex index, LedgerProblemKind kind, string message, LogIndex? refetchThrough)
    {
        Problem = new LedgerProblem(index, kind, message, refetchThrough);
        return false;
    }

    private LogIndex? LastOfFile() => _number + 1 < _firsts.Count ? Before(_firsts[_number + 1]) : null;

    private static LogIndex Before(LogIndex index) => new(index.Value - 1);

    private static string Missing(LogIndex from, LogIndex next) => $"Entries {from} to {Before(next)} are missing: no file holds them.";
}
