using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>What a sealed file holds: the state, and which key the VN had.</summary>
internal sealed record SealedContent(SealedState State, NodeKey Key);

/// <summary>
/// A VN's disk: what reads see, and what would be left after a crash. Unsynced writes may be lost, the last one may be torn, and the
/// whole disk may go back to a state of before.
/// </summary>
internal sealed class SimulatedDisk : ILedgerFiles
{
    private const int KeptImages = 6;

    private readonly SimulationWorld _world;
    private readonly string _name;
    private readonly List<(Dictionary<string, FileContent> Files, SealedContent? Sealed)> _images = [];
    private (Dictionary<string, FileContent> Files, SealedContent? Sealed)? _first;
    private readonly List<object> _unsynced = [];
    private Dictionary<string, FileContent> _durable = [];
    private Dictionary<string, FileContent> _files = [];
    private SealedContent? _durableSealed;

    public SimulatedDisk(SimulationWorld world, string name)
    {
        (_world, _name) = (world, name);
        Reads = new DiskReads(world);
        Snapshots = new SimulatedFolder(world, name, Space, Reads);
        Durable = new DurableFiles(this);
    }

    public SealedContent? Sealed { get; private set; }

    /// <summary>The folder of snapshots, which is written and synced beside the ledger.</summary>
    public SimulatedFolder Snapshots { get; }

    public DiskSpace Space { get; } = new();

    public DiskReads Reads { get; }

    /// <summary>What a crash leaves in any case, for the checks.</summary>
    public ILedgerFiles Durable { get; }

    /// <summary>The same of what was sealed.</summary>
    public SealedState? DurableState => _durableSealed?.State;

    public IReadOnlyList<string> List() => [.. _files.Keys.Order(StringComparer.Ordinal)];

    public long Length(string file) => _files.TryGetValue(file, out FileContent content) ? content.Length : 0;

    public int Read(string file, long offset, Span<byte> destination)
    {
        int length = Read(_files, file, offset, destination);
        Reads.Meet(destination[..length]);
        return length;
    }

    private static int Read(Dictionary<string, FileContent> files, string file, long offset, Span<byte> destination)
    {
        if (!files.TryGetValue(file, out FileContent content) || offset >= content.Length) return 0;
        int length = (int)Math.Min(destination.Length, content.Length - offset);
        content.Span.Slice((int)offset, length).CopyTo(destination);
        return length;
    }

    /// <summary>Visible at once, durable with <see cref="Sync"/>.</summary>
    public void Write(IEnumerable<DiskOperation> operations)
    {
        foreach (DiskOperation operation in operations)
        {
            if (Space.IsFull && operation is DiskOperation.Write { Length: > 0 } write)
            {
                Add(FirstPart(write));
                throw DiskSpace.NoRoom();
            }
            Add(operation);
        }
    }

    private void Add(DiskOperation operation)
    {
        Apply(_files, operation, long.MaxValue);
        _unsynced.Add(operation);
    }

    /// <summary>What still fits.</summary>
    private DiskOperation.Write FirstPart(DiskOperation.Write write)
    {
        byte[] all = [.. write.Parts.SelectMany(part => part.ToArray())];
        return new DiskOperation.Write(write.File, write.Offset, [all.AsMemory(0, _world.Random.Below(all.Length))]);
    }

    /// <summary>
    /// After a crash: a file of the ledger is changed, in its middle as well as at its end, or an older one stands in its place; the
    /// sealed file may be unreadable too.
    /// </summary>
    public bool TryDamage()
    {
        List<string> files = [.. _durable.Keys.Order(StringComparer.Ordinal)];
        if (files.Count == 0) return false;
        string file = _world.Random.Pick(files);
        FileContent? older = _images.Count > 0 && _images[0].Files.TryGetValue(file, out FileContent image) ? image : null;
        FileContent? damaged = older is not null && _world.Random.Chance(0.2) ? older : Damage.Of(_durable[file], _world.Random);
        if (damaged is { } content) _durable[file] = content;
        else _durable.Remove(file);
        if (_world.Random.Chance(0.1)) _durableSealed = null;
        _world.Note(_name, $"{file} is damaged");
        Reopen();
        return true;
    }

    /// <summary>Deletes the sealed file, for good.</summary>
    public void DiscardSeal()
    {
        _unsynced.RemoveAll(item => item is SealedContent);
        Sealed = _durableSealed = null;
    }

    /// <summary>Replaces the sealed file as a whole.</summary>
    public void Seal(SealedContent content)
    {
        if (Space.IsFull) throw DiskSpace.NoRoom();
        Sealed = content;
        _unsynced.Add(content);
    }

    /// <summary>Shows at a start that the disk takes a sealed state.</summary>
    public void Reseal()
    {
        if (Sealed is not { } content) return;
        Seal(content);
        Sync();
    }

    public void Sync()
    {
        foreach (object item in _unsynced) Redo(item, long.MaxValue);
        _unsynced.Clear();
    }

    /// <summary>Keeps what is durable now, to go back to it.</summary>
    public void KeepImage()
    {
        _images.Add((new Dictionary<string, FileContent>(_durable), _durableSealed));
        if (_images.Count > KeptImages) _images.RemoveAt(0);
        Snapshots.KeepImage(KeptImages);
    }

    /// <summary>The power is gone: some of what was not synced is on disk, the last write of it perhaps in part.</summary>
    public void Crash()
    {
        Snapshots.Crash();
        int kept = _unsynced.Count == 0 ? 0 : _world.Random.Below(_unsynced.Count + 1);
        for (int i = 0; i < kept; i++) Redo(_unsynced[i], long.MaxValue);
        if (kept < _unsynced.Count)
        {
            _world.CountFault("lostWrites", _name);
            if (_unsynced[kept] is DiskOperation.Write write && write.Length > 0 && _world.Random.Chance(0.7))
            {
                _world.CountFault("tornWrite", _name);
                long length = _world.Random.Between(1, write.Length);
                if (length % 3 == 0) _world.Note(_name, "a write has a hole");
                if (length % 3 == 0) Redo(WithHole(write), long.MaxValue);
                else Redo(write, length);
            }
        }
        Reopen();
    }

    /// <summary>Back to an older durable state, after a crash; false where none was kept.</summary>
    public bool TryRollBack()
    {
        if (_images.Count == 0) return false;
        int to = _world.Random.Below(_images.Count);
        (_durable, _durableSealed) = (new Dictionary<string, FileContent>(_images[to].Files), _images[to].Sealed);
        _images.RemoveRange(to + 1, _images.Count - to - 1);
        Snapshots.RollBack(to);
        _world.Note(_name, "disk rolled back");
        Reopen();
        return true;
    }

    /// <summary>Keeps what is durable now, if nothing was kept so before.</summary>
    public void KeepFirst() => _first ??= (new Dictionary<string, FileContent>(_durable), _durableSealed);

    /// <summary>Back to what was kept first, after a crash; false where that is nothing.</summary>
    public bool TryGoBackToFirst()
    {
        if (_first is not { } first) return false;
        _images.Clear();
        Snapshots.Wipe();
        (_durable, _durableSealed) = (new Dictionary<string, FileContent>(first.Files), first.Sealed);
        _world.Note(_name, "disk rolled back to the first image");
        Reopen();
        return true;
    }

    /// <summary>Changes the private part of one entry, most often the last one, and makes the record whole again; false where there is none.</summary>
    public bool TryForge(LedgerChunks? chunks)
    {
        if (chunks is null || chunks.Last < chunks.First) return false;
        ulong index = _world.Random.Chance(0.6) ? chunks.Last.Value : (ulong)_world.Random.Between((long)chunks.First.Value, (long)chunks.Last.Value);
        if (new LedgerReader(Durable, chunks).TryReadFrame(new LogIndex(index), out ReadOnlyMemory<byte> frame) is not null) return false;
        if (!EntryFrame.TryParse(frame, out EntryFrame entry) || entry.PrivatePart.Length == 0) return false;
        foreach (string file in List())
        {
            int at = _durable[file].Span.IndexOf(frame.Span);
            if (at < 0) continue;
            byte[] bytes = _durable[file].Span.ToArray();
            bytes[at + EntryHeader.Size + entry.PublicPart.Length + _world.Random.Below(entry.PrivatePart.Length)] ^= 1;
            ChunkFile.WritePrefix(bytes.AsSpan(at - ChunkFile.RecordPrefix), bytes.AsSpan(at, frame.Length));
            _durable[file] = new FileContent(bytes);
            _world.Note(_name, $"entry {index} is forged");
            Reopen();
            return true;
        }
        return false;
    }

    /// <summary>A new disk.</summary>
    public void Wipe()
    {
        _world.Note(_name, "disk lost");
        _images.Clear();
        _durable = [];
        _durableSealed = null;
        Snapshots.Wipe();
        Reopen();
    }

    /// <summary>The sectors of one write reach the disk in any order: the middle of the last record is not there yet.</summary>
    private static DiskOperation.Write WithHole(DiskOperation.Write write)
    {
        byte[] last = write.Parts[^1].ToArray();
        last.AsSpan(last.Length / 3, last.Length / 3).Clear();
        return write with { Parts = [.. write.Parts.Take(write.Parts.Count - 1), last] };
    }

    private void Reopen()
    {
        _unsynced.Clear();
        _files = new Dictionary<string, FileContent>(_durable);
        Sealed = _durableSealed;
    }

    private void Redo(object item, long bytes)
    {
        if (item is SealedContent content) _durableSealed = content;
        else Apply(_durable, (DiskOperation)item, bytes);
    }

    internal static void Apply(Dictionary<string, FileContent> files, DiskOperation operation, long bytes)
    {
        switch (operation)
        {
            case DiskOperation.Write write:
                ApplyWrite(files, write, bytes);
                break;
            case DiskOperation.Truncate truncate:
                files[truncate.File] = files[truncate.File].Truncate((int)truncate.Length);
                break;
            case DiskOperation.Rename rename:
                if (files.Remove(rename.File, out FileContent moved)) files[rename.To] = moved;
                break;
            case DiskOperation.Delete delete:
                files.Remove(delete.File);
                break;
        }
    }

    private static void ApplyWrite(Dictionary<string, FileContent> files, DiskOperation.Write write, long bytes)
    {
        FileContent file = files.GetValueOrDefault(write.File);
        int length = (int)Math.Min(bytes, write.Length);
        int at = (int)write.Offset;
        foreach (ReadOnlyMemory<byte> part in write.Parts)
        {
            int taken = Math.Min(part.Length, (int)write.Offset + length - at);
            file = file.Write(at, part.Span[..taken]);
            at += taken;
        }
        files[write.File] = file;
    }

    private sealed class DurableFiles(SimulatedDisk disk) : ILedgerFiles
    {
        public IReadOnlyList<string> List() => [.. disk._durable.Keys.Order(StringComparer.Ordinal)];

        public long Length(string file) => disk._durable.TryGetValue(file, out FileContent content) ? content.Length : 0;

        public int Read(string file, long offset, Span<byte> destination) => SimulatedDisk.Read(disk._durable, file, offset, destination);
    }
}
