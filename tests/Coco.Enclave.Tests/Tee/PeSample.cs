using System.Buffers.Binary;
using System.Text;

namespace Coco.Enclave.Tests.Tee;

/// <summary>EFI programs as linkers lay them out: headers of 512 bytes, and sections aligned to 512 in the file and 4096 in memory. They do nothing.</summary>
internal static class PeSample
{
    private const int Alignment = 512;
    private const int HeadersSize = 1024;
    private const int HeaderAt = 0x80;

    internal const int ChecksumAt = HeaderAt + 24 + 64;
    internal const int CertificatesAt = HeaderAt + 24 + 144;
    internal const int TableAt = HeaderAt + 24 + 240;

    /// <summary>A kernel, and around it everything that a stub of some version measures, and something that none does.</summary>
    public static byte[] Unified(string stub, params (string, byte[])[] more) => Make(
    [
        (".text", Fill(700)), (".sdmagic", Encoding.ASCII.GetBytes($"#### LoaderInfo: systemd-stub {stub} ####\0")), (".sbat", "sbat,1,SBAT Version\n"u8.ToArray()),
        (".osrel", "ID=coco\n"u8.ToArray()), (".cmdline", "console=ttyS0 quiet"u8.ToArray()), (".uname", "6.1.0"u8.ToArray()), (".splash", Fill(61)), (".dtb", Fill(513)), (".ucode", Fill(100)),
        (".pcrpkey", Fill(200)), (".pcrsig", "{}"u8.ToArray()), (".linux", Make([(".text", Fill(300)), (".data", Fill(30))])), (".initrd", Fill(1500)), .. more,
    ]);

    public static byte[] Make((string Name, byte[] Content)[] sections)
    {
        var file = new List<byte>(Headers(sections.Length));
        for (int i = 0, address = 4096; i < sections.Length; i++)
        {
            (string name, byte[] content) = sections[i];
            int size = (content.Length + Alignment - 1) / Alignment * Alignment;
            Span<byte> entry = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(file).Slice(TableAt + 40 * i, 40);
            Encoding.ASCII.GetBytes(name, entry);
            Words(entry[8..], content.Length, address, size, file.Count);
            file.AddRange(content);
            file.AddRange(new byte[size - content.Length]);
            address += (content.Length + 4095) / 4096 * 4096;
        }
        return [.. file];
    }

    /// <summary>With a table of certificates at its end, as after signing; the content is noise.</summary>
    public static byte[] Signed(byte[] image)
    {
        byte[] signed = [.. image, .. Fill(1000)];
        Words(signed.AsSpan(CertificatesAt), image.Length, 1000);
        Words(signed.AsSpan(ChecksumAt), 0x12345678);
        return signed;
    }

    private static byte[] Headers(int count)
    {
        var headers = new byte[HeadersSize];
        "MZ"u8.CopyTo(headers);
        Words(headers.AsSpan(0x3C), HeaderAt);
        Span<byte> header = headers.AsSpan(HeaderAt);
        "PE\0\0"u8.CopyTo(header);
        Words(header[4..], 0x8664 | count << 16);
        Words(header[20..], 240 | 0x202E << 16);
        Span<byte> optional = header[24..];
        Words(optional, 0x20B);
        Words(optional[32..], 4096, Alignment);
        Words(optional[56..], 1 << 20, HeadersSize, 0, 10);
        Words(optional[108..], 16);
        return headers;
    }

    private static byte[] Fill(int length) => [.. Enumerable.Range(length, length).Select(number => (byte)(number * 7))];

    private static void Words(Span<byte> place, params ReadOnlySpan<int> words)
    {
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(place[(4 * i)..], words[i]);
    }
}
