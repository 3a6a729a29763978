using Coco.Log;
using Coco.Replica;
using Microsoft.Win32.SafeHandles;

namespace Coco.Manager.Disk;

/// <summary>The ledger's folder, or that of snapshots, on the host's disk: reads for the log room, and its operations carried out.</summary>
internal sealed class LedgerFolder : ISnapshotFolder, IDisposable
{
    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SafeFileHandle> _open = [];

    public LedgerFolder(string path)
    {
        _path = path;
        Directory.CreateDirectory(path);
    }

    /// <summary>Syncs of files since the start.</summary>
    public long Syncs { get; private set; }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_path).Select(file => Path.GetFileName(file)!)];

    public long Length(string file)
    {
        var info = new FileInfo(Path.Combine(_path, file));
        return info.Exists ? info.Length : 0;
    }

    public int Read(string file, long offset, Span<byte> destination)
    {
        string path = Path.Combine(_path, file);
        if (!File.Exists(path)) return 0;
        using SafeFileHandle handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(handle, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }

    /// <summary>
    /// Carries operations out in order. A sync is left out where the next operations only write to the same file and sync it
    /// (group commit).
    /// </summary>
    public void CarryOut(IReadOnlyList<DiskOperation> operations)
    {
        for (int i = 0; i < operations.Count; i++)
        {
            switch (operations[i])
            {
                case DiskOperation.Write write: RandomAccess.Write(Open(write.File), write.Parts, write.Offset); break;
                case DiskOperation.Truncate truncate: RandomAccess.SetLength(Open(truncate.File), truncate.Length); break;
                case DiskOperation.SyncFile sync:
                    if (!IsSyncedLater(operations, i, sync.File)) Sync(Open(sync.File));
                    break;
                case DiskOperation.Rename rename: Rename(rename); break;
                case DiskOperation.Delete delete: Delete(delete.File); break;
                case DiskOperation.SyncDirectory: PosixFiles.SyncDirectory(_path); break;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (SafeFileHandle handle in _open.Values) handle.Dispose();
            _open.Clear();
        }
    }

    private static bool IsSyncedLater(IReadOnlyList<DiskOperation> operations, int at, string file)
    {
        for (int i = at + 1; i < operations.Count; i++)
        {
            switch (operations[i])
            {
                case DiskOperation.Write write when write.File == file: continue;
                case DiskOperation.SyncFile sync when sync.File == file: return true;
                default: return false;
            }
        }
        return false;
    }

    private void Sync(SafeFileHandle handle)
    {
        Syncs++;
        RandomAccess.FlushToDisk(handle);
    }

    private SafeFileHandle Open(string file)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(file, out SafeFileHandle? handle)) return handle;
            // Only the newest file is written; the handles of older ones are closed.
            foreach (SafeFileHandle older in _open.Values) older.Dispose();
            _open.Clear();
            handle = File.OpenHandle(
                Path.Combine(_path, file), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            _open.Add(file, handle);
            return handle;
        }
    }

    /// <summary>Open handles stay with their files, which have other names now.</summary>
    private void Rename(DiskOperation.Rename rename)
    {
        lock (_lock)
        {
            foreach (SafeFileHandle handle in _open.Values) handle.Dispose();
            _open.Clear();
        }
        File.Move(Path.Combine(_path, rename.File), Path.Combine(_path, rename.To), overwrite: true);
    }

    private void Delete(string file)
    {
        lock (_lock)
        {
            if (_open.Remove(file, out SafeFileHandle? handle)) handle.Dispose();
        }
        File.Delete(Path.Combine(_path, file));
    }
}
