using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Encrypts and decrypts the pages of one index segment: AES-256-GCM with the key HKDF(session key, file's id), the page's number
/// as nonce, and the header, the number and whether it is the last page as associated data. By one thread at a time.
/// </summary>
public sealed class SegmentCipher : IDisposable
{
    /// <summary>The clear bytes of each page.</summary>
    public const int PageSize = 8192;

    /// <summary>A page as it stands in the file.</summary>
    public const int HiddenSize = PageSize + Aead.TagSize;

    private const string Label = "coco index segment";
    private const uint LastPage = 1u << 31;
    private const int AssociatedSize = Hash256.Size + sizeof(uint);

    private readonly Aead _cipher;
    private readonly Hash256 _header;

    public SegmentCipher(SecretKey sessionKey, SegmentFileHeader header)
    {
        using SecretKey key = Hkdf.Derive(sessionKey, header.Id.Span, Label);
        _cipher = new Aead(key);
        var writer = new ByteWriter(SegmentFileHeader.Size);
        header.Write(writer);
        _header = Sha256.Hash(writer.Span);
    }

    /// <summary>Where a page begins in the file.</summary>
    public static long OffsetOf(uint page) => SegmentFileHeader.Size + ((long)page * HiddenSize);

    /// <summary>The pages of a file of this length; 0 where it can be none.</summary>
    public static uint PagesIn(long length)
    {
        long pages = (length - SegmentFileHeader.Size) / HiddenSize;
        return pages > 0 && pages < LastPage && OffsetOf((uint)pages) == length ? (uint)pages : 0;
    }

    /// <summary>Each page once.</summary>
    public void Seal(uint page, bool isLast, ReadOnlySpan<byte> clear, Span<byte> hidden)
    {
        Span<byte> associated = stackalloc byte[AssociatedSize];
        WriteAssociated(page, isLast, associated);
        _cipher.Seal(new AeadNonce(page), clear, associated, hidden[..PageSize], hidden[PageSize..]);
    }

    /// <summary>False where the page, its place, the header or the length of the file was changed.</summary>
    public bool TryOpen(uint page, bool isLast, ReadOnlySpan<byte> hidden, Span<byte> clear)
    {
        Span<byte> associated = stackalloc byte[AssociatedSize];
        WriteAssociated(page, isLast, associated);
        return _cipher.TryOpen(new AeadNonce(page), hidden[..PageSize], hidden[PageSize..], associated, clear);
    }

    public void Dispose() => _cipher.Dispose();

    private void WriteAssociated(uint page, bool isLast, Span<byte> associated)
    {
        _header.CopyTo(associated);
        BinaryPrimitives.WriteUInt32LittleEndian(associated[Hash256.Size..], page | (isLast ? LastPage : 0));
    }
}
