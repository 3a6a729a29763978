using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>
/// What certificates and revocation lists have in common (RFC 5280, 4.1 and 5.1): content, algorithm, signature. Only the two
/// algorithms that Intel and AMD use. Reading throws <see cref="AsnContentException"/>.
/// </summary>
internal sealed class SignedAsn1
{
    private const string EcdsaSha256 = "1.2.840.10045.4.3.2";
    private const string RsaPss = "1.2.840.113549.1.1.10";

    private readonly byte[] _content;
    private readonly byte[] _signature;
    private readonly string _algorithm;

    public SignedAsn1(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader signed = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        _content = signed.PeekEncodedValue().ToArray();
        signed.ReadSequence();
        Algorithm = signed.ReadEncodedValue();
        _algorithm = new AsnReader(Algorithm, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();
        _signature = signed.ReadBitString(out int unused);
        signed.ThrowIfNotEmpty();
        if (unused != 0) throw new AsnContentException();
    }

    /// <summary>Encoded; the content repeats it.</summary>
    public ReadOnlyMemory<byte> Algorithm { get; }

    public AsnReader Content() => new AsnReader(_content, AsnEncodingRules.DER).ReadSequence();

    /// <summary>Whether a certificate's content names the same algorithm as stands outside of what is signed (RFC 5280, 4.1.1.2).</summary>
    public bool IsAlgorithmRepeated()
    {
        AsnReader content = Content();
        content.ReadEncodedValue();
        content.ReadEncodedValue();
        return content.ReadEncodedValue().Span.SequenceEqual(Algorithm.Span);
    }

    public bool IsSignedBy(X509Certificate2 issuer)
    {
        try
        {
            using ECDsa? ecdsa = issuer.GetECDsaPublicKey();
            if (ecdsa is not null)
                return _algorithm == EcdsaSha256 && ecdsa.VerifyData(_content, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            using RSA? rsa = issuer.GetRSAPublicKey();
            // AMD signs with RSASSA-PSS and SHA-384 alone, so that the parameters need no choice.
            return rsa is not null && _algorithm == RsaPss && rsa.VerifyData(_content, _signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
