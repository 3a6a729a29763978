using System.Diagnostics.CodeAnalysis;
using System.Text;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>What a TEE platform says of the program that runs in it, in the platform's own format, with all that verifies it.</summary>
/// <param name="Platform">"software", later "sev-snp", "tdx", "sgx", "vbs".</param>
public sealed record Evidence(string Platform, ReadOnlyMemory<byte> Bytes)
{
    public byte[] Encode()
    {
        var writer = new ByteWriter(Bytes.Length + 64);
        writer.WriteBytes(Encoding.ASCII.GetBytes(Platform));
        writer.WriteBytes(Bytes.Span);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Evidence? evidence)
    {
        evidence = null;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadBytes(Limits.MaxNameSize, out ReadOnlySpan<byte> platform) || !Ascii.IsValid(platform)
            || !reader.TryReadBytes(Limits.MaxEvidenceSize, out ReadOnlySpan<byte> content) || !reader.IsAtEnd)
        {
            return false;
        }
        evidence = new Evidence(Encoding.ASCII.GetString(platform), content.ToArray());
        return true;
    }
}
