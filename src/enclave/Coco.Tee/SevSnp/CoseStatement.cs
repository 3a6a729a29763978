using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Coco.Tee;

/// <summary>A COSE_Sign1 statement (RFC 9052) with its signer's certificates in the header. Read, not judged.</summary>
internal sealed class CoseStatement
{
    private const int Tag = 18;
    private const long AlgorithmLabel = 1;
    private const long CertificatesLabel = 33;

    public long Algorithm { get; private set; }
    public List<ReadOnlyMemory<byte>> Certificates { get; } = [];
    public string Issuer { get; private set; } = "";
    public string Feed { get; private set; } = "";
    public byte[] Payload { get; private set; } = [];
    public byte[] Signature { get; private set; } = [];

    /// <summary>What is signed: the Sig_structure of RFC 9052, 4.4, without external data.</summary>
    public byte[] Signed { get; private set; } = [];

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CoseStatement? statement)
    {
        var read = new CoseStatement();
        statement = read.Read(bytes) ? read : null;
        return statement is not null;
    }

    private bool Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new CborSpan(bytes);
        if (!reader.TryReadHead(out int major, out ulong tag) || major != 6 || tag != Tag || !reader.TryReadArray(out int count) || count != 4
            || !reader.TryReadBytes(out ReadOnlySpan<byte> header) || !reader.TrySkip()
            || !reader.TryReadBytes(out ReadOnlySpan<byte> payload) || !reader.TryReadBytes(out ReadOnlySpan<byte> signature) || !reader.IsAtEnd)
        {
            return false;
        }
        (Payload, Signature) = (payload.ToArray(), signature.ToArray());
        Signed = [0x84, 0x6A, .. "Signature1"u8, .. ByteStringHead(header.Length), .. header, 0x40, .. ByteStringHead(payload.Length), .. payload];
        return ReadHeader(header);
    }

    private bool ReadHeader(ReadOnlySpan<byte> header)
    {
        var reader = new CborSpan(header);
        if (!reader.TryReadMap(out int count)) return false;
        for (int i = 0; i < count; i++)
            if (!(reader.PeekMajor() == 3 ? ReadNamed(ref reader) : ReadNumbered(ref reader))) return false;
        return reader.IsAtEnd;
    }

    private bool ReadNumbered(ref CborSpan reader)
    {
        if (!reader.TryReadInteger(out long label)) return false;
        if (label == CertificatesLabel) return ReadCertificates(ref reader);
        if (label != AlgorithmLabel) return reader.TrySkip();
        bool holds = reader.TryReadInteger(out long algorithm);
        Algorithm = algorithm;
        return holds;
    }

    private bool ReadNamed(ref CborSpan reader)
    {
        if (!reader.TryReadText(out ReadOnlySpan<byte> label)) return false;
        if (label.SequenceEqual("iss"u8)) return ReadText(ref reader, text => Issuer = text);
        return label.SequenceEqual("feed"u8) ? ReadText(ref reader, text => Feed = text) : reader.TrySkip();
    }

    private static bool ReadText(ref CborSpan reader, Action<string> set)
    {
        if (!reader.TryReadText(out ReadOnlySpan<byte> text)) return false;
        set(Encoding.UTF8.GetString(text));
        return true;
    }

    private bool ReadCertificates(ref CborSpan reader)
    {
        if (!reader.TryReadArray(out int count) || count > Limits.MaxChainCertificates) return false;
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadBytes(out ReadOnlySpan<byte> der)) return false;
            Certificates.Add(der.ToArray());
        }
        return true;
    }

    private static byte[] ByteStringHead(int length) => length switch
    {
        < 24 => [(byte)(0x40 | length)],
        < 0x100 => [0x58, (byte)length],
        < 0x10000 => [0x59, (byte)(length >> 8), (byte)length],
        _ => [0x5A, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
    };
}
