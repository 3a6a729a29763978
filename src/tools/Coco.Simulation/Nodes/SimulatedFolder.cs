using Coco.Log;
using Coco.Replica;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>A folder whose operations are durable with the sync behind them; a crash keeps some of the others, the last one perhaps in part.</summary>
internal sealed class SimulatedFolder(SimulationWorld world, string name, DiskSpace space, DiskReads reads) : ISnapshotFolder
{
    private readonly List<Dictionary<string, FileContent>> _images = [];
    private readonly List<DiskOperation> _unsynced = [];
    private Dictionary<string, FileContent> _durable = [];
    private Dictionary<string, FileContent> _files = [];

    public IReadOnlyList<string> List() => [.. _files.Keys.Order(StringComparer.Ordinal)];

    public long Length(string file) => _files.TryGetValue(file, out FileContent content) ? content.Length : 0;

    public int Read(string file, long offset, Span<byte> destination)
    {
        if (!_files.TryGetValue(file, out FileContent content) || offset >= content.Length) return 0;
        int length = (int)Math.Min(destination.Length, content.Length - offset);
        content.Span.Slice((int)offset, length).CopyTo(destination);
        reads.Meet(destination[..length]);
        return length;
    }

    public void CarryOut(IReadOnlyList<DiskOperation> operations)
    {
        foreach (DiskOperation operation in operations)
        {
            if (space.IsFull && operation is DiskOperation.Write { Length: > 0 }) throw DiskSpace.NoRoom();
            SimulatedDisk.Apply(_files, operation, long.MaxValue);
            _unsynced.Add(operation);
            if (operation is DiskOperation.SyncFile or DiskOperation.SyncDirectory) Sync();
        }
    }

    public void Sync()
    {
        foreach (DiskOperation operation in _unsynced) SimulatedDisk.Apply(_durable, operation, long.MaxValue);
        _unsynced.Clear();
    }

    public void Crash()
    {
        int kept = world.Random.Below(_unsynced.Count + 1);
        for (int i = 0; i < kept; i++) SimulatedDisk.Apply(_durable, _unsynced[i], long.MaxValue);
        if (kept < _unsynced.Count) world.CountFault("lostWrites", name);
        if (kept < _unsynced.Count && _unsynced[kept] is DiskOperation.Write { Length: > 0 } write)
        {
            world.CountFault("tornWrite", name);
            SimulatedDisk.Apply(_durable, write, world.Random.Between(1, write.Length));
        }
        Reopen();
    }

    public void KeepImage(int most)
    {
        _images.Add(new Dictionary<string, FileContent>(_durable));
        if (_images.Count > most) _images.RemoveAt(0);
    }

    public void RollBack(int image)
    {
        _durable = new Dictionary<string, FileContent>(_images[image]);
        _images.RemoveRange(image + 1, _images.Count - image - 1);
        Reopen();
    }

    /// <summary>What a host may do to a file while nobody looks: it goes, is cut, is changed, or an older one stands in its place.</summary>
    public bool TryDamage()
    {
        List<string> files = [.. _durable.Keys.Order(StringComparer.Ordinal)];
        if (files.Count == 0) return false;
        string file = world.Random.Pick(files);
        FileContent? damaged = world.Random.Chance(0.2) ? _durable[files[0]] : Damage.Of(_durable[file], world.Random);
        if (damaged is { } content) _durable[file] = content;
        else _durable.Remove(file);
        world.Note(name, $"{file} is damaged");
        Reopen();
        return true;
    }

    public void Wipe()
    {
        _images.Clear();
        _durable = [];
        Reopen();
    }

    private void Reopen()
    {
        _unsynced.Clear();
        _files = new Dictionary<string, FileContent>(_durable);
    }
}
