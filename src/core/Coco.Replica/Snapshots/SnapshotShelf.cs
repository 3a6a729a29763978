using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>The folder of snapshots: reads, and operations carried out in order when the call returns.</summary>
public interface ISnapshotFolder : ILedgerFiles
{
    void CarryOut(IReadOnlyList<DiskOperation> operations);
}

/// <summary>
/// Does what the sequencer wants done with snapshot files, for a shell that gives each call its time and thread (one at a time).
/// A file gets its name only when it is whole and synced. Holds one block of a state at a time.
/// </summary>
/// <param name="sessionKey">Asked when a file is written or checked; the caller's.</param>
/// <param name="salt">What this manager drew when it started.</param>
public sealed class SnapshotShelf(ISnapshotFolder folder, Func<SecretKey> sessionKey, EntrySalt salt, NonceRecorder? recorder = null) : IDisposable
{
    private readonly ByteWriter _out = new(1 << 12);
    private SnapshotWriter? _writer;
    private SnapshotHeader? _header;
    private long _written;

    private static string PartOf(LogIndex index) => SnapshotFile.Name(index) + SnapshotFile.PartSuffix;

    /// <summary>The snapshot that is being written; null: none.</summary>
    public LogIndex? Writing => _header?.Index;

    public void Begin(SnapshotHeader header)
    {
        Abandon();
        _header = header;
        _out.Clear();
        _writer = new SnapshotWriter(header, salt, sessionKey(), _out, recorder);
        _written = 0;
        Flush();
    }

    /// <summary>Takes the next bytes of the state; gives the finished snapshot with the last.</summary>
    public SnapshotFacts? Take(ReadOnlySpan<byte> state, bool isLast)
    {
        Invariant.Holds(_writer is not null && _header is not null, "a snapshot is being written");
        _writer.Write(state, _out);
        Hash256 digest = isLast ? _writer.Finish(_out) : default;
        Flush();
        if (!isLast) return null;
        SnapshotHeader header = _header;
        string file = SnapshotFile.Name(header.Index);
        folder.CarryOut([new DiskOperation.SyncFile(PartOf(header.Index)), new DiskOperation.Rename(PartOf(header.Index), file), new DiskOperation.SyncDirectory()]);
        _header = null;
        Abandon();
        return new SnapshotFacts(header, digest, _written);
    }

    /// <summary>The state does not come to its end.</summary>
    public void Abandon()
    {
        _writer?.Dispose();
        _writer = null;
        if (_header is { } header) Delete(PartOf(header.Index));
        _header = null;
    }

    public void Keep(LogIndex index, SnapshotProof? proof)
    {
        if (proof is null) return;
        string file = SnapshotFile.ProofName(index);
        string part = file + SnapshotFile.PartSuffix;
        folder.CarryOut(
        [
            new DiskOperation.Write(part, 0, [proof.Encode()]), new DiskOperation.SyncFile(part), new DiskOperation.Rename(part, file),
            new DiskOperation.SyncDirectory(),
        ]);
    }

    public void Drop(LogIndex index)
    {
        Delete(SnapshotFile.ProofName(index));
        Delete(SnapshotFile.Name(index));
    }

    public void BeginFetch(LogIndex index) => Delete(PartOf(index));

    public void StoreFetched(LogIndex index, long offset, ReadOnlyMemory<byte> bytes) =>
        folder.CarryOut([new DiskOperation.Write(PartOf(index), offset, [bytes])]);

    /// <summary>Reads all of the fetched file; null where it is not what a manager of this network wrote.</summary>
    public SnapshotFacts? CheckFetched(LogIndex index) => SnapshotFile.TryCheck(folder, PartOf(index), sessionKey());

    public void AdoptFetched(LogIndex index, SnapshotProof proof)
    {
        Keep(index, proof);
        folder.CarryOut(
        [
            new DiskOperation.SyncFile(PartOf(index)), new DiskOperation.Rename(PartOf(index), SnapshotFile.Name(index)),
            new DiskOperation.SyncDirectory(),
        ]);
    }

    public void EndFetch(LogIndex index) => Delete(PartOf(index));

    /// <summary>The state in a snapshot, for a worker.</summary>
    public SnapshotStream Open(LogIndex index) => new(folder, SnapshotFile.Name(index), sessionKey());

    public void Dispose() => _writer?.Dispose();

    private void Flush()
    {
        if (_out.Length == 0) return;
        folder.CarryOut([new DiskOperation.Write(PartOf(_header!.Index), _written, [_out.ToArray()])]);
        _written += _out.Length;
        _out.Clear();
    }

    private void Delete(string file)
    {
        if (folder.Length(file) > 0) folder.CarryOut([new DiskOperation.Delete(file), new DiskOperation.SyncDirectory()]);
    }
}
