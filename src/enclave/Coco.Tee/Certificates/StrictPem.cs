using System.Buffers.Text;

namespace Coco.Tee;

/// <summary>
/// Reads PEM certificates (RFC 7468) with nothing else between or in them, so that no byte of the text is free: whoever changes
/// one changes a certificate or is refused.
/// </summary>
public static class StrictPem
{
    private static ReadOnlySpan<byte> Begin => "-----BEGIN CERTIFICATE-----"u8;
    private static ReadOnlySpan<byte> End => "-----END CERTIFICATE-----"u8;

    /// <summary>Lines end with LF or CRLF; zeros may follow the text, as quotes have them.</summary>
    public static bool TryReadCertificates(ReadOnlySpan<byte> text, List<byte[]> certificates)
    {
        ReadOnlySpan<byte> rest = text.TrimEnd((byte)0);
        if (rest.IsEmpty) return false;
        while (TakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            if (line.IsEmpty) continue;
            if (!line.SequenceEqual(Begin) || certificates.Count == Limits.MaxChainCertificates) return false;
            if (!TryReadBody(ref rest, out byte[] der)) return false;
            certificates.Add(der);
        }
        return certificates.Count > 0;
    }

    private static bool TryReadBody(ref ReadOnlySpan<byte> rest, out byte[] der)
    {
        der = [];
        var body = new List<byte>();
        while (TakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            if (line.SequenceEqual(End)) return TryDecode(body, out der);
            if (line.IsEmpty || body.Count + line.Length > Limits.MaxCertificateSize * 2) return false;
            body.AddRange(line);
        }
        return false;
    }

    /// <summary>Base64 in its one spelling: no white space, and the bits that encode nothing are zero.</summary>
    private static bool TryDecode(List<byte> body, out byte[] der)
    {
        byte[] text = [.. body];
        der = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, der, out int consumed, out int written) != System.Buffers.OperationStatus.Done || consumed != text.Length) return false;
        der = der[..written];
        var again = new byte[Base64.GetMaxEncodedToUtf8Length(written)];
        Base64.EncodeToUtf8(der, again, out _, out int length);
        return again.AsSpan(0, length).SequenceEqual(text);
    }

    private static bool TakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        line = default;
        if (rest.IsEmpty) return false;
        int end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        if (end >= 0 && line is [.., (byte)'\r']) line = line[..^1];
        return true;
    }
}
