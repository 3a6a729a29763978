using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace Coco.Tee;

/// <summary>
/// Names, serial number and key of a certificate (RFC 5280, 4.1), read from its bytes: what is asked of every certificate of a chain, at a
/// hundredth of what the platform's own reader costs. Read, not judged. All are DER values of their own but the serial number's digits.
/// </summary>
public sealed record CertificateOutline(ReadOnlyMemory<byte> Serial, ReadOnlyMemory<byte> Issuer, ReadOnlyMemory<byte> Subject, ReadOnlyMemory<byte> PublicKey)
{
    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>The issuer's name is the subject's. Only a hint where the root is: the key is what is pinned.</summary>
    public bool IsSelfIssued => Subject.Span.SequenceEqual(Issuer.Span);

    public bool IsIssuerOf(CertificateOutline subject) => Subject.Span.SequenceEqual(subject.Issuer.Span);

    /// <summary>False unless the bytes are one DER value of the shape of a certificate.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out CertificateOutline? outline)
    {
        outline = null;
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader content = outer.ReadSequence().ReadSequence();
            outer.ThrowIfNotEmpty();
            if (content.PeekTag() == VersionTag) content.ReadEncodedValue();
            ReadOnlyMemory<byte> serial = content.ReadIntegerBytes();
            content.ReadSequence();
            ReadOnlyMemory<byte> issuer = content.ReadEncodedValue();
            content.ReadSequence();
            outline = new CertificateOutline(serial, issuer, content.ReadEncodedValue(), content.ReadEncodedValue());
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
