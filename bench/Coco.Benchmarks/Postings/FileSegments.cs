using Coco.Crypto;
using Coco.Log;
using Coco.Postings;
using Coco.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Coco.Benchmarks.Postings;

/// <summary>Encrypted segment files in a temporary folder, as the manager keeps them, without the boundary and without a cache.</summary>
internal sealed class FileSegments : ISegmentFiles, IDisposable
{
    private static readonly SecretKey Key = new(new byte[SecretKey.Size]);

    private readonly string _folder = Directory.CreateTempSubdirectory("coco-bench-").FullName;
    private readonly Dictionary<Hash256, (SafeFileHandle Handle, SegmentCipher Cipher)> _open = [];
    private readonly byte[] _hidden = new byte[SegmentCipher.HiddenSize];
    private ulong _last;

    public long Bytes => Directory.GetFiles(_folder).Sum(file => new FileInfo(file).Length);

    public ISegmentOutput Begin(LogIndex lastIndex)
    {
        Hash256 id = Sha256.Hash(BitConverter.GetBytes(++_last));
        var header = new SegmentFileHeader(default, id, lastIndex, default);
        var file = (File.OpenHandle(PathOf(id), FileMode.Create, FileAccess.ReadWrite, FileShare.Delete), new SegmentCipher(Key, header));
        _open[id] = file;
        return new Output(this, id);
    }

    public bool TryRead(in SegmentFile file, uint page, out ReadOnlyMemory<byte> bytes) => TryReadRun(file, page, 1, out bytes);

    public bool TryReadRun(in SegmentFile file, uint first, int count, out ReadOnlyMemory<byte> bytes)
    {
        (SafeFileHandle handle, SegmentCipher cipher) = _open[file.Id];
        byte[] clear = GC.AllocateUninitializedArray<byte>(count * SegmentCipher.PageSize);
        for (int i = 0; i < count; i++)
        {
            RandomAccess.Read(handle, _hidden, SegmentCipher.OffsetOf(first + (uint)i));
            if (!cipher.TryOpen(first + (uint)i, false, _hidden, clear.AsSpan(i * SegmentCipher.PageSize, SegmentCipher.PageSize)))
                throw new InvalidDataException("a page can't be read");
        }
        bytes = clear;
        return true;
    }

    public void Drop(in SegmentFile file)
    {
        if (_open.Remove(file.Id, out (SafeFileHandle Handle, SegmentCipher Cipher) open))
        {
            open.Handle.Dispose();
            open.Cipher.Dispose();
        }
        File.Delete(PathOf(file.Id));
    }

    public void Dispose()
    {
        foreach ((SafeFileHandle handle, SegmentCipher cipher) in _open.Values)
        {
            handle.Dispose();
            cipher.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(in Hash256 id) => Path.Combine(_folder, Convert.ToHexStringLower(id.Span));

    private sealed class Output(FileSegments files, Hash256 id) : ISegmentOutput
    {
        private uint _pages;

        public void Append(ReadOnlySpan<byte> page)
        {
            (SafeFileHandle handle, SegmentCipher cipher) = files._open[id];
            cipher.Seal(_pages, false, page, files._hidden);
            RandomAccess.Write(handle, files._hidden, SegmentCipher.OffsetOf(_pages++));
        }

        public SegmentFile? End() => new SegmentFile(id, _pages);

        public void Abandon() => files.Drop(new SegmentFile(id, 0));
    }
}
