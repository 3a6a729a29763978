using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// The X.509 certificate that names an organisation's key: ECDSA on P-256 (ES256) or P-384 (ES384). The vote that put it into
/// the constitution is what makes it valid: neither its issuer nor its dates count, so that no clock can lock a network up.
/// </summary>
public sealed class MemberCertificate : IEquatable<MemberCertificate>
{
    private const string P256Oid = "1.2.840.10045.3.1.7";
    private const string P384Oid = "1.3.132.0.34";

    /// <summary>Certificates that a thread keeps: each governance state that is read holds those of all members again.</summary>
    private const int MaxKept = 256;

    /// <summary>By fingerprint. What a certificate holds depends on its bytes alone, so nobody can see that it is kept.</summary>
    [ThreadStatic]
    private static Dictionary<Hash256, MemberCertificate>? _kept;

    private readonly byte[] _publicKey;

    private MemberCertificate(byte[] der, in Hash256 fingerprint, byte[] publicKey, bool isP384)
    {
        Der = der;
        _publicKey = publicKey;
        IsP384 = isP384;
        Fingerprint = fingerprint;
        Pem = PemEncoding.WriteString("CERTIFICATE", der);
    }

    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>The certificate as PEM in its one canonical form: lines of 64 characters, "\n", no newline at the end.</summary>
    public string Pem { get; }

    /// <summary>SHA-256 of the DER bytes.</summary>
    public Hash256 Fingerprint { get; }

    public bool IsP384 { get; }

    /// <summary>The DER SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>The length of a signature r||s: 64 bytes (ES256) or 96 (ES384).</summary>
    public int SignatureSize => IsP384 ? 96 : 64;

    /// <summary>Reads exactly one PEM certificate; otherwise says what is wrong.</summary>
    public static bool TryParsePem(
        string pem, [NotNullWhen(true)] out MemberCertificate? certificate, [NotNullWhen(false)] out string? problem)
    {
        certificate = null;
        if (!PemEncoding.TryFind(pem, out PemFields fields) || pem[fields.Label] != "CERTIFICATE")
        {
            problem = "is not a PEM certificate";
            return false;
        }
        if (!pem.AsSpan()[..fields.Location.Start.Value].Trim().IsEmpty || !pem.AsSpan()[fields.Location.End..].Trim().IsEmpty)
        {
            problem = "has something before or after the PEM certificate";
            return false;
        }
        return TryParseDer(Convert.FromBase64String(pem[fields.Base64Data]), out certificate, out problem);
    }

    public static bool TryParseDer(
        byte[] der, [NotNullWhen(true)] out MemberCertificate? certificate, [NotNullWhen(false)] out string? problem)
    {
        Dictionary<Hash256, MemberCertificate> kept = _kept ??= [];
        Hash256 fingerprint = Sha256.Hash(der);
        problem = null;
        if (kept.TryGetValue(fingerprint, out certificate)) return true;
        try
        {
            using X509Certificate2 parsed = X509CertificateLoader.LoadCertificate(der);
            using ECDsa? key = parsed.GetECDsaPublicKey();
            string? curve = key?.ExportParameters(includePrivateParameters: false).Curve.Oid.Value;
            problem = curve is P256Oid or P384Oid ? null : "does not hold an ECDSA key on P-256 or P-384";
            if (problem is not null || !parsed.RawDataMemory.Span.SequenceEqual(der))
            {
                problem ??= "is not exactly one DER certificate";
                return false;
            }
            certificate = new MemberCertificate(parsed.RawData, in fingerprint, key!.ExportSubjectPublicKeyInfo(), curve == P384Oid);
            if (kept.Count >= MaxKept) kept.Clear();
            kept.Add(fingerprint, certificate);
            return true;
        }
        catch (CryptographicException)
        {
            problem = "is not an X.509 certificate with a valid key";
            return false;
        }
    }

    /// <summary>Verifies ES256 or ES384 over <paramref name="data"/>; the signature is r||s.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize) return false;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_publicKey, out _);
        HashAlgorithmName hash = IsP384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        return key.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool Equals(MemberCertificate? other) => other is not null && Fingerprint == other.Fingerprint;

    public override bool Equals(object? obj) => Equals(obj as MemberCertificate);

    public override int GetHashCode() => Fingerprint.GetHashCode();
}
