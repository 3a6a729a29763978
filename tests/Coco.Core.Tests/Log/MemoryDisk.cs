using Coco.Log;

namespace Coco.Core.Tests.Log;

/// <summary>A folder in memory that carries operations out and keeps them, so that a crash can be made at any byte.</summary>
internal sealed class MemoryDisk : ILedgerFiles
{
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public MemoryDisk Copy()
    {
        var copy = new MemoryDisk();
        foreach ((string name, byte[] bytes) in Files) copy.Files[name] = [.. bytes];
        return copy;
    }

    public void Apply(IEnumerable<DiskOperation> operations)
    {
        foreach (DiskOperation operation in operations) Apply(operation, long.MaxValue);
    }

    /// <summary>Carries out an operation, of a write only the first bytes.</summary>
    public void Apply(DiskOperation operation, long bytes)
    {
        switch (operation)
        {
            case DiskOperation.Write write:
                byte[] data = [.. write.Parts.SelectMany(part => part.ToArray())];
                byte[] file = Files.GetValueOrDefault(write.File, []);
                int length = (int)Math.Min(bytes, data.Length);
                Assert.True(write.Offset <= file.Length, "a write leaves no hole");
                Array.Resize(ref file, Math.Max(file.Length, (int)write.Offset + length));
                data.AsSpan(0, length).CopyTo(file.AsSpan((int)write.Offset));
                Files[write.File] = file;
                break;
            case DiskOperation.Truncate truncate:
                Files[truncate.File] = Files[truncate.File][..(int)truncate.Length];
                break;
            case DiskOperation.Rename rename:
                Assert.True(Files.Remove(rename.File, out byte[]? moved), "what gets another name is there");
                Files[rename.To] = moved;
                break;
            case DiskOperation.Delete delete:
                Assert.True(Files.Remove(delete.File), "what is deleted is there");
                break;
            case DiskOperation.SyncFile sync:
                Assert.True(Files.ContainsKey(sync.File), "what is synced is there");
                break;
        }
    }

    public IReadOnlyList<string> List() => [.. Files.Keys.Reverse()];

    public long Length(string file) => Files.TryGetValue(file, out byte[]? bytes) ? bytes.Length : 0;

    public int Read(string file, long offset, Span<byte> destination)
    {
        if (!Files.TryGetValue(file, out byte[]? bytes) || offset >= bytes.Length) return 0;
        int length = Math.Min(destination.Length, bytes.Length - (int)offset);
        bytes.AsSpan((int)offset, length).CopyTo(destination);
        return length;
    }
}
