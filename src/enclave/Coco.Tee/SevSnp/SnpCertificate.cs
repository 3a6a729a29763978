using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>What a VCEK or VLEK certificate says of its chip (AMD 57230, table 8).</summary>
/// <param name="HardwareId">Empty in a VLEK certificate.</param>
/// <param name="CspId">Empty in a VCEK certificate.</param>
public sealed record SnpCertificate(bool IsVlek, string ProductName, SnpTcb Tcb, byte[] HardwareId, string CspId)
{
    private const string Prefix = "1.3.6.1.4.1.3704.1.";

    public static bool TryRead(X509Certificate2 certificate, [NotNullWhen(true)] out SnpCertificate? read)
    {
        read = null;
        try
        {
            byte[]? hardwareId = Find(certificate, "4");
            byte[]? cspId = Find(certificate, "5");
            if (hardwareId is null == cspId is null || Find(certificate, "2") is not { } product) return false;
            var tcb = new SnpTcb(
                Number(certificate, "3.9", isOptional: true), Number(certificate, "3.1"), Number(certificate, "3.2"), Number(certificate, "3.3"), Number(certificate, "3.8"));
            read = new SnpCertificate(hardwareId is null, Text(product), tcb, Unwrapped(hardwareId), cspId is null ? "" : Text(cspId));
            return true;
        }
        catch (Exception malformed) when (malformed is AsnContentException or ArgumentException)
        {
            return false;
        }
    }

    private static byte[]? Find(X509Certificate2 certificate, string arc) => certificate.Extensions[Prefix + arc]?.RawData;

    /// <summary>The id stands bare in the extension; some issuers wrap it in an OCTET STRING.</summary>
    private static byte[] Unwrapped(byte[]? id) => id switch
    {
        null => [],
        [0x04, 0x40, .. var inner] when inner.Length == 64 => inner,
        [0x04, 0x08, .. var inner] when inner.Length == 8 => inner,
        _ => id,
    };

    private static byte Number(X509Certificate2 certificate, string arc, bool isOptional = false)
    {
        if (Find(certificate, arc) is not { } value) return isOptional ? (byte)0 : throw new AsnContentException();
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        if (!reader.TryReadInt32(out int number) || number is < 0 or > 255) throw new AsnContentException();
        reader.ThrowIfNotEmpty();
        return (byte)number;
    }

    private static string Text(byte[] value) => new AsnReader(value, AsnEncodingRules.DER).ReadCharacterString(UniversalTagNumber.IA5String);
}
