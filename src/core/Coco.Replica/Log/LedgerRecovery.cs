using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What a start finds on its disk, and what it may do there.</summary>
/// <param name="Ledger">The ledger's folder.</param>
/// <param name="Snapshots">The folder of snapshots.</param>
/// <param name="SessionKey">As sealed by this VN; null where nothing was sealed, and then no snapshot can be opened.</param>
/// <param name="Sealed">The rest of what was sealed.</param>
/// <param name="DiscardSeal">For good: entries are dropped that this VN may have acknowledged.</param>
/// <param name="RewriteSeal">Writes again what was sealed, or as much; it fails where the disk does not take it.</param>
/// <param name="ChangeLedger">Carries out operations on the ledger's folder.</param>
/// <param name="ChangeSnapshots">The same, on the snapshots' folder.</param>
public sealed record DiskAtStart(
    ILedgerFiles Ledger, ILedgerFiles Snapshots, SecretKey? SessionKey, SealedState? Sealed, int ChunkBytes, Action DiscardSeal, Action RewriteSeal,
    Action<IReadOnlyList<DiskOperation>> ChangeLedger, Action<IReadOnlyList<DiskOperation>> ChangeSnapshots, Action<string> Log)
{
    /// <summary>How VNs sign.</summary>
    public ISignatureVerifier Signatures { get; init; } = P256Verifier.Instance;
}

/// <summary>
/// Opens what the disk holds: the newest snapshot that the log after it shows to be the network's, and that log; else the one
/// before; else the whole log. Cuts a torn end, and drops what is damaged, to be fetched again from the others.
/// </summary>
public sealed class LedgerRecovery
{
    private readonly DiskAtStart _disk;
    private readonly List<KnownSnapshot> _known = [];

    private LedgerRecovery(DiskAtStart disk) => _disk = disk;

    public static RecoveredLog Open(DiskAtStart disk)
    {
        var recovery = new LedgerRecovery(disk);
        recovery.RemoveParts();
        RecoveredLog log = disk.Ledger.List().Count == 0 ? RecoveredLog.Empty : recovery.FromSnapshot() ?? recovery.FromWholeLog();
        // A VN whose disk is full would be admitted under one number after the other, and none of them could come back by sealed restart.
        disk.RewriteSeal();
        return log;
    }

    /// <summary>Files whose writing a crash has ended.</summary>
    private void RemoveParts()
    {
        Remove(_disk.Ledger, _disk.ChangeLedger, IsPart);
        Remove(_disk.Snapshots, _disk.ChangeSnapshots, IsPart);
    }

    private static bool IsPart(string file) => file.EndsWith(SnapshotFile.PartSuffix, StringComparison.Ordinal);

    private static void Remove(ILedgerFiles files, Action<IReadOnlyList<DiskOperation>> change, Func<string, bool> isWrong)
    {
        List<DiskOperation> operations =
            [.. files.List().Where(isWrong).Order(StringComparer.Ordinal).Select(file => new DiskOperation.Delete(file))];
        if (operations.Count == 0) return;
        operations.Add(new DiskOperation.SyncDirectory());
        change(operations);
    }

    private RecoveredLog? FromSnapshot()
    {
        if (_disk.SessionKey is not { } key) return null;
        List<SnapshotFacts> found = [.. Indexes().Select(index => Look(index, key)).OfType<SnapshotFacts>()];
        for (int i = 0; i < found.Count; i++)
        {
            if (TryOpen(found[i]) is not { } opened) continue;
            _known.Add(opened.Snapshot);
            // Older ones are kept in case that this one's state can't be read; what proves them stands beside them.
            foreach (SnapshotFacts older in found.Skip(i + 1))
                if (ProofOf(older) is { } proof && _known.Count < Limits.KeptSnapshots) _known.Insert(0, new KnownSnapshot(older, proof));
            RemoveUnknown();
            _disk.Log($"Starts from the snapshot of entry {found[i].Index} and the log after it.");
            return Take(opened.Opening, opened.Authority);
        }
        if (found.Count > 0) _disk.Log("No snapshot can be used: the whole ledger is read.");
        RemoveUnknown();
        return null;
    }

    private RecoveredLog FromWholeLog()
    {
        var authority = new LedgerAuthority();
        return Take(LedgerOpening.Open(_disk.Ledger, authority, new LedgerOpenOptions { ChunkBytes = _disk.ChunkBytes, Signatures = _disk.Signatures }), authority);
    }

    /// <summary>The newest first.</summary>
    private IEnumerable<LogIndex> Indexes() => _disk.Snapshots.List()
        .Select(file => SnapshotFile.TryParseName(file, out LogIndex index) ? index : LogIndex.Zero)
        .Where(index => index > LogIndex.Zero).OrderDescending();

    private SnapshotFacts? Look(LogIndex index, SecretKey key)
    {
        SnapshotFacts? facts = SnapshotFile.TryOpen(_disk.Snapshots, SnapshotFile.Name(index), key);
        if (facts?.Index == index && SnapshotCheck.Governance(facts.Header) is not null) return facts;
        _disk.Log($"The snapshot of entry {index} can't be used: its file is not what this network's VNs write.");
        return null;
    }

    private (KnownSnapshot Snapshot, LedgerOpening Opening, LedgerAuthority Authority)? TryOpen(SnapshotFacts facts)
    {
        var authority = new LedgerAuthority(facts.Header, SnapshotCheck.Governance(facts.Header)!);
        LedgerOpening opening = LedgerOpening.Open(_disk.Ledger, authority, new LedgerOpenOptions
        {
            ChunkBytes = _disk.ChunkBytes,
            From = facts.Index,
            Network = facts.Header.Network,
            Snapshot = facts.Header,
            Signatures = _disk.Signatures,
        });
        SnapshotProof? proof = ProofOf(facts);
        bool isAgreed = authority.ClaimOf(facts.Index) is { } claim && claim.Digest == facts.Digest && claim.At <= opening.CommittedThrough;
        // The log of a VN that has gone on from a fetched snapshot may not reach the entry with the claim yet; the proof came with it. Where
        // it had not gone on yet, the log ends before this snapshot, and is used as it is.
        bool isInstalled = proof is not null && opening.Problem is null && opening.Chunks is { } chunks && chunks.Last >= facts.Index;
        if (isAgreed || isInstalled) return (new KnownSnapshot(facts, proof), opening, authority);
        _disk.Log($"The snapshot of entry {facts.Index} can't be used: nothing shows that a quorum has signed its digest.");
        return null;
    }

    private SnapshotProof? ProofOf(SnapshotFacts facts)
    {
        string file = SnapshotFile.ProofName(facts.Index);
        long length = _disk.Snapshots.Length(file);
        if (length is 0 or > SnapshotProof.MaxBytes) return null;
        byte[] bytes = new byte[length];
        return _disk.Snapshots.Read(file, 0, bytes) == bytes.Length && SnapshotProof.TryDecode(bytes, out SnapshotProof? proof)
            && SnapshotCheck.Claimed(facts.Header, proof!, _disk.Signatures) is { } claim && claim.Digest == facts.Digest ? proof : null;
    }

    private void RemoveUnknown()
    {
        HashSet<string> wanted = [.. _known.SelectMany(known => new[] { SnapshotFile.Name(known.Index), SnapshotFile.ProofName(known.Index) })];
        Remove(_disk.Snapshots, _disk.ChangeSnapshots, file => !wanted.Contains(file));
    }

    private RecoveredLog Take(LedgerOpening opening, LedgerAuthority authority)
    {
        bool isWhole = opening.Problem is null;
        string? damage = opening.Problem is { } problem
            ? $"The ledger is damaged at entry {problem.Index}: {problem.Message} It is cut there, and fetched again from the other VNs." : null;
        if (!isWhole && _disk.Sealed is not null) _disk.DiscardSeal(); // before the cut, so that a crash between them is safe too
        if (!isWhole || opening.IsTorn)
        {
            var operations = new List<DiskOperation>();
            opening.CutDamaged(dropLater: true, operations);
            _disk.ChangeLedger(operations);
        }
        if (opening.Chunks is not { } chunks || chunks.Last == LogIndex.Zero) return RecoveredLog.Empty with { Damage = damage };
        (var certified, GovernanceState? state, BatchNumber? batch, SnapshotPoints points) = authority.Certified();
        return new RecoveredLog(
            chunks, opening.Tree, certified, state, batch, ReadTail(opening, certified.Index), isWhole ? _disk.Sealed : null)
        {
            Damage = damage,
            Snapshots = _known,
            Points = points,
        };
    }

    private static List<ReadOnlyMemory<byte>> ReadTail(LedgerOpening opening, LogIndex after)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        LedgerReader reader = opening.Reader();
        for (LogIndex index = after.Next(); index <= opening.Chunks!.Last; index = index.Next())
        {
            LedgerProblem? problem = reader.TryReadFrame(index, out ReadOnlyMemory<byte> frame);
            Invariant.Holds(problem is null, $"a ledger that was checked can be read: {problem?.Message}");
            frames.Add(frame);
        }
        return frames;
    }
}
