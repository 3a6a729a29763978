using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>
/// A certificate revocation list (RFC 5280, 5). The platform verifies chains against lists only from the network, so that this
/// is read here: issuer, dates and serial numbers; the signature is the platform's to verify.
/// </summary>
public sealed class RevocationList
{
    private readonly List<byte[]> _serials = [];
    private readonly SignedAsn1 _signed;
    private byte[] _issuer = [];

    private RevocationList(SignedAsn1 signed) => _signed = signed;

    public DateTimeOffset ThisUpdate { get; private set; }

    public DateTimeOffset NextUpdate { get; private set; }

    public int Count => _serials.Count;

    public static bool TryRead(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out RevocationList? list)
    {
        list = null;
        try
        {
            var signed = new SignedAsn1(der);
            var read = new RevocationList(signed);
            read.Read(signed.Content(), signed.Algorithm);
            list = read;
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    public bool IsIssuedBy(X509Certificate2 issuer) => _issuer.AsSpan().SequenceEqual(issuer.SubjectName.RawData);

    public bool IsIssuedBy(CertificateOutline issuer) => _issuer.AsSpan().SequenceEqual(issuer.Subject.Span);

    /// <summary>Null if the issuer signed it, it is of this time, and none of the certificates is on it.</summary>
    public EvidenceRefusal? Verify(X509Certificate2 issuer, DateTimeOffset now, params ReadOnlySpan<CertificateOutline> certificates)
    {
        if (!IsIssuedBy(issuer)) return new EvidenceRefusal(EvidenceCheck.CrlIssuer, $"the revocation list is not of '{issuer.Subject}'");
        if (!_signed.IsSignedBy(issuer)) return new EvidenceRefusal(EvidenceCheck.CrlSignature, $"'{issuer.Subject}' did not sign the revocation list");
        if (now < ThisUpdate || now > NextUpdate)
            return new EvidenceRefusal(EvidenceCheck.CollateralExpired, $"the revocation list holds from {ThisUpdate:u} to {NextUpdate:u}, now is {now:u}");
        return FindRevoked(certificates);
    }

    /// <summary>Null if none of the certificates is on the list. Those of other issuers are not its matter.</summary>
    public EvidenceRefusal? FindRevoked(params ReadOnlySpan<CertificateOutline> certificates)
    {
        foreach (CertificateOutline certificate in certificates)
        {
            if (certificate.Issuer.Span.SequenceEqual(_issuer) && Holds(certificate.Serial.Span))
                return new EvidenceRefusal(EvidenceCheck.Revoked, $"the certificate '{new X500DistinguishedName(certificate.Subject.Span).Name}' with the serial number {Convert.ToHexString(certificate.Serial.Span)} is revoked");
        }
        return null;
    }

    private bool Holds(ReadOnlySpan<byte> serial)
    {
        ReadOnlySpan<byte> wanted = serial.TrimStart((byte)0);
        foreach (byte[] known in _serials)
            if (wanted.SequenceEqual(known.AsSpan().TrimStart((byte)0))) return true;
        return false;
    }

    private void Read(AsnReader content, ReadOnlyMemory<byte> outerAlgorithm)
    {
        if (!content.TryReadInt32(out int version) || version != 1) throw new AsnContentException();
        ReadOnlyMemory<byte> algorithm = content.ReadEncodedValue();
        if (!algorithm.Span.SequenceEqual(outerAlgorithm.Span)) throw new AsnContentException();
        _issuer = content.ReadEncodedValue().ToArray();
        ThisUpdate = ReadTime(content);
        // A list without an end could be served for ever.
        NextUpdate = ReadTime(content);
        if (content.HasData && content.PeekTag() == Asn1Tag.Sequence) ReadSerials(content.ReadSequence());
        if (content.HasData) content.ReadEncodedValue();
        content.ThrowIfNotEmpty();
    }

    private void ReadSerials(AsnReader revoked)
    {
        while (revoked.HasData)
        {
            AsnReader entry = revoked.ReadSequence();
            _serials.Add(entry.ReadIntegerBytes().ToArray());
            ReadTime(entry);
            if (entry.HasData) entry.ReadEncodedValue();
            entry.ThrowIfNotEmpty();
        }
    }

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
