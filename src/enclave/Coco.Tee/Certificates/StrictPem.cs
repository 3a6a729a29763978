using System.Buffers.Text;

namespace Coco.Tee;

/// <summary>
/// Reads PEM certificates and revocation lists (RFC 7468) with nothing else between or in them, so that no byte of the text is free: whoever changes
/// one changes a certificate or is refused.
/// </summary>
public static class StrictPem
{
    /// <summary>Lines end with LF or CRLF; zeros may follow the text, as quotes have them.</summary>
    public static bool TryReadCertificates(ReadOnlySpan<byte> text, List<byte[]> certificates) =>
        TryRead(text, "-----BEGIN CERTIFICATE-----"u8, "-----END CERTIFICATE-----"u8, certificates);

    /// <summary>The same of revocation lists.</summary>
    public static bool TryReadRevocationLists(ReadOnlySpan<byte> text, List<byte[]> lists) =>
        TryRead(text, "-----BEGIN X509 CRL-----"u8, "-----END X509 CRL-----"u8, lists);

    private static bool TryRead(ReadOnlySpan<byte> text, ReadOnlySpan<byte> begin, ReadOnlySpan<byte> end, List<byte[]> ders)
    {
        ReadOnlySpan<byte> rest = text.TrimEnd((byte)0);
        if (rest.IsEmpty) return false;
        while (TakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            if (line.IsEmpty) continue;
            if (!line.SequenceEqual(begin) || ders.Count == Limits.MaxChainCertificates) return false;
            if (!TryReadBody(ref rest, end, out byte[] der)) return false;
            ders.Add(der);
        }
        return ders.Count > 0;
    }

    private static bool TryReadBody(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> end, out byte[] der)
    {
        der = [];
        var body = new List<byte>();
        while (TakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            if (line.SequenceEqual(end)) return TryDecode(body, out der);
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
