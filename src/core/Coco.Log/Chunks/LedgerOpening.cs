using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// A ledger as its files show it. Where the end is torn, or where the caller chooses to drop what is wrong and fetch it from the
/// other VNs, <see cref="CutDamaged"/> gives the operations. Where there is a problem, chunks and tree stand before it.
/// </summary>
public sealed class LedgerOpening
{
    private readonly LedgerScan _scan;
    private readonly ILedgerFiles _files;

    private LedgerOpening(ILedgerFiles files, LedgerScan scan)
    {
        _files = files;
        _scan = scan;
    }

    /// <summary>Null: the files hold no entry and no header that could be read, and the ledger begins anew.</summary>
    public LedgerChunks? Chunks => _scan.Chunks;

    /// <summary>Its tail begins after <see cref="CommittedThrough"/>.</summary>
    public MerkleLedger Tree => _scan.Tree;

    /// <summary>The term of the last entry.</summary>
    public Term Term => _scan.Term;

    /// <summary>What the certificates in the log show to be committed.</summary>
    public LogIndex CommittedThrough => _scan.CommittedThrough;

    public LedgerProblem? Problem => _scan.Problem;

    /// <summary>A crash left an end that is no entry; it must be cut before anything is written.</summary>
    public bool IsTorn => _scan.StoppedIn is not null && _scan.Problem is null;

    /// <summary>Checks everything in the files (about the speed at which they can be read and hashed).</summary>
    public static LedgerOpening Open(ILedgerFiles files, ILedgerAuthority authority, LedgerOpenOptions options)
    {
        var scan = new LedgerScan(files, authority, options);
        scan.Run();
        return new LedgerOpening(files, scan);
    }

    /// <summary>Reads the good part.</summary>
    public LedgerReader Reader() => new(_files, Chunks ?? throw new InvalidOperationException("There is nothing to read."));

    /// <summary>
    /// Adds the operations that cut the file in which the check ended behind its last good entry and, with
    /// <paramref name="dropLater"/>, delete the files after it. Without, the entries up to
    /// <see cref="LedgerProblem.RefetchThrough"/> are then appended anew, which restores the file byte for byte, and the
    /// ledger is opened again.
    /// </summary>
    public void CutDamaged(bool dropLater, List<DiskOperation> operations)
    {
        if (dropLater)
        {
            foreach (string later in _scan.FilesAfterStop.Reverse()) Delete(later, operations);
        }
        if (_scan.StoppedIn is not { } file) return;
        if (Chunks?.Open is not { } open || open.File != file)
        {
            // Nothing in it is good. It is in the way only where it goes itself, or where its place is not that of a good later file.
            if (dropLater || Problem?.Kind != LedgerProblemKind.Missing) Delete(file, operations);
            return;
        }
        if (open.First > Chunks.Last)
        {
            Delete(file, operations);
            Chunks.RemoveChunk();
            return;
        }
        operations.Add(new DiskOperation.Truncate(file, open.Length));
        operations.Add(new DiskOperation.SyncFile(file));
    }

    private static void Delete(string file, List<DiskOperation> operations)
    {
        operations.Add(new DiskOperation.Delete(file));
        operations.Add(new DiskOperation.SyncDirectory());
    }
}
