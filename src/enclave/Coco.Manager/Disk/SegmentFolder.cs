using System.Security.Cryptography;
using Coco.Boundary;
using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Coco.Manager.Disk;

/// <summary>
/// The worker's index segments on the host's disk, encrypted. Derived data: nothing is synced, and what is torn or changed is not
/// opened and made anew by the worker. One thread.
/// </summary>
internal sealed class SegmentFolder : IDisposable
{
    private const string Unfinished = ".part";

    private readonly string _path;
    private readonly Hash256 _network;
    private readonly SecretKey _sessionKey;
    private readonly Dictionary<Hash256, OpenFile> _open = [];
    private readonly Dictionary<ulong, OpenFile> _outputs = [];
    private readonly byte[] _hidden = new byte[Boundary.Limits.MaxSegmentPieceBytes / SegmentCipher.PageSize * SegmentCipher.HiddenSize];

    public SegmentFolder(string path, Hash256 network, SecretKey sessionKey)
    {
        _path = path;
        _network = network;
        _sessionKey = sessionKey;
        Directory.CreateDirectory(path);
        AbandonAll();
    }

    private sealed record OpenFile(SegmentFileHeader Header, SafeFileHandle Handle, SegmentCipher Cipher, string Path) : IDisposable
    {
        public uint Pages { get; set; }

        public void Dispose()
        {
            Handle.Dispose();
            Cipher.Dispose();
        }
    }

    /// <summary>Headers of the complete files, with their pages.</summary>
    public IReadOnlyList<(SegmentFileHeader Header, uint Pages)> List()
    {
        List<(SegmentFileHeader, uint)> found = [];
        foreach (string file in Directory.EnumerateFiles(_path).Order(StringComparer.Ordinal))
        {
            if (found.Count == Boundary.Limits.MaxSegments) break;
            if (TryReadHeader(file) is { } header && Path.GetFileName(file) == NameOf(header.Id)
                && SegmentCipher.PagesIn(new FileInfo(file).Length) is var pages and > 0) found.Add((header, pages));
        }
        return found;
    }

    /// <summary>What a worker began and did not end is gone: it will not be gone on with.</summary>
    public void AbandonAll()
    {
        foreach (ulong output in _outputs.Keys.ToArray()) Abandon(output);
        foreach (string file in Directory.EnumerateFiles(_path, "*" + Unfinished)) File.Delete(file);
    }

    public bool IsOpen(ulong output) => _outputs.ContainsKey(output);

    public void Begin(ulong output, LogIndex lastIndex, in Hash256 leaf)
    {
        Span<byte> id = stackalloc byte[Hash256.Size];
        RandomNumberGenerator.Fill(id);
        var header = new SegmentFileHeader(_network, new Hash256(id), lastIndex, leaf);
        string path = Path.Combine(_path, NameOf(header.Id) + Unfinished);
        var writer = new ByteWriter(SegmentFileHeader.Size);
        header.Write(writer);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.Write(handle, writer.Span, 0);
        _outputs[output] = new OpenFile(header, handle, new SegmentCipher(_sessionKey, header), path);
    }

    /// <summary>Encrypts whole pages behind those that are there; with the last ones the file gets its name, which is returned.</summary>
    public SegmentName? Append(ulong output, ReadOnlySpan<byte> pages, bool isLast)
    {
        OpenFile file = _outputs[output];
        int count = pages.Length / SegmentCipher.PageSize;
        for (int i = 0; i < count; i++)
        {
            file.Cipher.Seal(
                file.Pages + (uint)i, isLast && i == count - 1, pages.Slice(i * SegmentCipher.PageSize, SegmentCipher.PageSize),
                _hidden.AsSpan(i * SegmentCipher.HiddenSize, SegmentCipher.HiddenSize));
        }
        RandomAccess.Write(file.Handle, _hidden.AsSpan(0, count * SegmentCipher.HiddenSize), SegmentCipher.OffsetOf(file.Pages));
        file.Pages += (uint)count;
        if (!isLast) return null;
        File.Move(file.Path, Path.Combine(_path, NameOf(file.Header.Id)));
        _outputs.Remove(output);
        _open[file.Header.Id] = file;
        return new SegmentName(file.Header.Id, file.Pages);
    }

    public void Abandon(ulong output)
    {
        if (!_outputs.Remove(output, out OpenFile? file)) return;
        file.Dispose();
        File.Delete(file.Path);
    }

    /// <summary>The clear pages; empty where one is not as it was written.</summary>
    public ReadOnlyMemory<byte> Read(in Hash256 id, uint first, uint count)
    {
        if (count is 0 or > Boundary.Limits.MaxSegmentPieceBytes / SegmentCipher.PageSize) return default;
        if (Open(id) is not { } file || first >= file.Pages || count > file.Pages - first) return default;
        Span<byte> hidden = _hidden.AsSpan(0, (int)count * SegmentCipher.HiddenSize);
        if (RandomAccess.Read(file.Handle, hidden, SegmentCipher.OffsetOf(first)) != hidden.Length) return default;
        byte[] clear = GC.AllocateUninitializedArray<byte>((int)count * SegmentCipher.PageSize);
        for (int i = 0; i < (int)count; i++)
        {
            uint page = first + (uint)i;
            if (!file.Cipher.TryOpen(
                page, page == file.Pages - 1, hidden.Slice(i * SegmentCipher.HiddenSize, SegmentCipher.HiddenSize),
                clear.AsSpan(i * SegmentCipher.PageSize, SegmentCipher.PageSize))) return default;
        }
        return clear;
    }

    public void Drop(in Hash256 id)
    {
        if (_open.Remove(id, out OpenFile? file)) file.Dispose();
        File.Delete(Path.Combine(_path, NameOf(id)));
    }

    public void Dispose()
    {
        foreach (OpenFile file in _open.Values) file.Dispose();
        foreach (OpenFile file in _outputs.Values) file.Dispose();
        _open.Clear();
        _outputs.Clear();
    }

    private OpenFile? Open(in Hash256 id)
    {
        if (_open.TryGetValue(id, out OpenFile? open)) return open;
        string path = Path.Combine(_path, NameOf(id));
        if (!File.Exists(path) || TryReadHeader(path) is not { } header || header.Id != id || _open.Count > Boundary.Limits.MaxSegments) return null;
        SafeFileHandle handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        open = new OpenFile(header, handle, new SegmentCipher(_sessionKey, header), path) { Pages = SegmentCipher.PagesIn(RandomAccess.GetLength(handle)) };
        _open.Add(id, open);
        return open;
    }

    private SegmentFileHeader? TryReadHeader(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        Span<byte> bytes = stackalloc byte[SegmentFileHeader.Size];
        if (RandomAccess.Read(handle, bytes, 0) != bytes.Length) return null;
        return SegmentFileHeader.TryRead(bytes) is { } header && header.Network == _network ? header : null;
    }

    private static string NameOf(in Hash256 id) => "segment_" + Convert.ToHexStringLower(id.Span);
}
