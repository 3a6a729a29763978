using System.Buffers.Binary;
using Coco.Postings;
using Coco.Primitives;

namespace Coco.Core.Tests.Postings;

/// <summary>Segment files in memory, with what a bad disk does to them.</summary>
internal sealed class MemorySegmentFiles : ISegmentFiles
{
    private ulong _last;

    public SortedDictionary<ulong, List<byte[]>> Files { get; } = [];
    public int PagesRead { get; private set; }

    /// <summary>Files can't be stored.</summary>
    public bool IsFull { get; set; }

    public IReadOnlyList<SegmentFile> List() => [.. Files.Select(file => new SegmentFile(IdOf(file.Key), (uint)file.Value.Count))];

    public ISegmentOutput Begin(LogIndex lastIndex) => new Output(this);

    public bool TryRead(in SegmentFile file, uint page, out ReadOnlyMemory<byte> bytes) => TryReadRun(file, page, 1, out bytes);

    public bool TryReadRun(in SegmentFile file, uint first, int count, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        PagesRead += count;
        if (!Files.TryGetValue(NumberOf(file.Id), out List<byte[]>? pages) || first + (uint)count > pages.Count) return false;
        byte[] all = new byte[count * Limits.PageBytes];
        for (int i = 0; i < count; i++)
        {
            if (pages[(int)first + i].Length != Limits.PageBytes) return false;
            pages[(int)first + i].CopyTo(all, i * Limits.PageBytes);
        }
        bytes = all;
        return true;
    }

    public void Drop(in SegmentFile file) => Files.Remove(NumberOf(file.Id));

    /// <summary>The page fails authentication from now on.</summary>
    public void Damage(ulong number, int page) => Files[number][page] = [];

    private static Hash256 IdOf(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return new Hash256(bytes);
    }

    private static ulong NumberOf(in Hash256 id) => BinaryPrimitives.ReadUInt64LittleEndian(id.Span);

    private sealed class Output(MemorySegmentFiles files) : ISegmentOutput
    {
        private readonly List<byte[]> _pages = [];

        public void Append(ReadOnlySpan<byte> page) => _pages.Add(page.ToArray());

        public SegmentFile? End()
        {
            if (files.IsFull) return null;
            files.Files[++files._last] = _pages;
            return new SegmentFile(IdOf(files._last), (uint)_pages.Count);
        }

        public void Abandon() => _pages.Clear();
    }
}
