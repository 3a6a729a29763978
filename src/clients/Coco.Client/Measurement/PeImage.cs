using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Coco.Client;

/// <summary>One section of an EFI program.</summary>
/// <param name="Size">In memory: what the file does not hold of it is zero.</param>
/// <param name="Content">In the file, padded there to the file's alignment.</param>
public readonly record struct PeSection(string Name, uint Size, ReadOnlyMemory<byte> Content);

/// <summary>An EFI program (PE32+), such as a boot loader, a kernel or a unified kernel image.</summary>
public sealed class PeImage
{
    /// <summary>Of a file. A unified kernel image holds the whole initial file system, usually below 100 MiB.</summary>
    public const int MaxSize = 1 << 29;

    /// <summary>The Windows loader's bound; unified kernel images have a dozen.</summary>
    private const int MaxSections = 96;

    private const int PlaceOfHeader = 0x3C;
    private const int FileHeaderSize = 24;
    private const int SectionHeaderSize = 40;
    private const ushort Pe32Plus = 0x20B;
    private const int PlaceOfHeadersSize = 60, PlaceOfChecksum = 64, PlaceOfDirectories = 112, PlaceOfCertificates = 144;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<PeSection> _sections = [];
    private int _checksum, _directory, _certificates;

    private PeImage(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    public IReadOnlyList<PeSection> Sections => _sections;

    /// <summary>
    /// False too for images whose sections do not follow each other in the file without a gap, and for certificates that are not its end: tools and firmware digest such files differently.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out PeImage? image)
    {
        image = null;
        var read = new PeImage(bytes);
        if (bytes.Length > MaxSize || !read.TryReadHeaders(out ReadOnlySpan<byte> table, out int headersSize) || !read.TryReadSections(table, headersSize, out int end)) return false;
        uint place = Word(bytes.Span, read._directory), size = Word(bytes.Span, read._directory + 4);
        if (size != 0 && (place < end || place + (ulong)size != (ulong)bytes.Length)) return false;
        read._certificates = size == 0 ? bytes.Length : (int)place;
        image = read;
        return true;
    }

    /// <summary>
    /// What firmware measures of it (Windows Authenticode Portable Executable Signature Format, "Calculating the PE Image Hash"): all but the checksum, the certificates and where they are.
    /// </summary>
    public byte[] ComputeDigest(HashAlgorithmName bank)
    {
        ReadOnlySpan<byte> bytes = _bytes.Span;
        using var digest = IncrementalHash.CreateHash(bank);
        digest.AppendData(bytes[.._checksum]);
        digest.AppendData(bytes[(_checksum + 4).._directory]);
        digest.AppendData(bytes[(_directory + 8).._certificates]);
        return digest.GetHashAndReset();
    }

    private bool TryReadHeaders(out ReadOnlySpan<byte> table, out int headersSize)
    {
        table = default;
        headersSize = 0;
        ReadOnlySpan<byte> bytes = _bytes.Span;
        if (bytes.Length < PlaceOfHeader + 4 || !bytes.StartsWith("MZ"u8) || Word(bytes, PlaceOfHeader) is var at && at > bytes.Length - FileHeaderSize) return false;
        ReadOnlySpan<byte> header = bytes[(int)at..];
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]), optionalSize = BinaryPrimitives.ReadUInt16LittleEndian(header[20..]);
        int tableAt = FileHeaderSize + optionalSize;
        if (!header.StartsWith("PE\0\0"u8) || count is 0 or > MaxSections || optionalSize < PlaceOfCertificates + 8 || header.Length < tableAt + count * SectionHeaderSize) return false;
        ReadOnlySpan<byte> optional = header.Slice(FileHeaderSize, optionalSize);
        if (BinaryPrimitives.ReadUInt16LittleEndian(optional) != Pe32Plus || Word(optional, PlaceOfDirectories - 4) <= 4) return false;
        uint size = Word(optional, PlaceOfHeadersSize);
        if (size > bytes.Length || size < at + tableAt + count * SectionHeaderSize) return false;
        (_checksum, _directory) = ((int)at + FileHeaderSize + PlaceOfChecksum, (int)at + FileHeaderSize + PlaceOfCertificates);
        table = header.Slice(tableAt, count * SectionHeaderSize);
        headersSize = (int)size;
        return true;
    }

    private bool TryReadSections(ReadOnlySpan<byte> table, int headersSize, out int end)
    {
        end = headersSize;
        var places = new List<(uint Start, uint Size)>();
        for (; !table.IsEmpty; table = table[SectionHeaderSize..])
        {
            (uint size, uint contentSize, uint start) = (Word(table, 8), Word(table, 16), Word(table, 20));
            if (contentSize != 0 && start + (ulong)contentSize > (ulong)_bytes.Length) return false;
            _sections.Add(new PeSection(NameOf(table[..8]), size, contentSize == 0 ? default : _bytes.Slice((int)start, (int)contentSize)));
            if (contentSize != 0) places.Add((start, contentSize));
        }
        foreach ((uint start, uint size) in places.OrderBy(place => place.Start))
        {
            if (start != end) return false;
            end += (int)size;
        }
        return true;
    }

    private static string NameOf(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
