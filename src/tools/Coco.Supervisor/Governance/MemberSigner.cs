using System.Security.Cryptography;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>Signs prepared requests with a member's key from a file, or takes in a signature that was made elsewhere (GOV-3).</summary>
public static class MemberSigner
{
    /// <summary>Throws <see cref="SupervisorException"/> where a file is missing or the key is not the certificate's.</summary>
    public static SignedRequest Sign(ReadOnlyMemory<byte> prepared, string keyFile, string certificateFile)
    {
        MemberCertificate certificate = ReadCertificate(certificateFile);
        if (!File.Exists(keyFile)) throw new SupervisorException($"There is no file {keyFile}.", isMissing: true);
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(keyFile));
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            throw new SupervisorException($"{keyFile} holds no EC private key in PEM: {wrong.Message}");
        }
        return Complete(prepared, key.SignData(prepared.Span, HashOf(certificate), DSASignatureFormat.IeeeP1363FixedFieldConcatenation), certificate);
    }

    /// <summary>
    /// The signature of an HSM, a key vault or another program: ES256 (P-256) or ES384 (P-384) over the prepared bytes, as DER or as
    /// r||s.
    /// </summary>
    public static SignedRequest Attach(ReadOnlyMemory<byte> prepared, ReadOnlyMemory<byte> signature, string certificateFile)
    {
        MemberCertificate certificate = ReadCertificate(certificateFile);
        return Complete(prepared, signature.Length == certificate.SignatureSize ? signature.ToArray() : FromDer(signature, certificate), certificate);
    }

    private static MemberCertificate ReadCertificate(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        return MemberCertificate.TryParsePem(File.ReadAllText(file).Trim(), out MemberCertificate? certificate, out string? problem)
            ? certificate : throw new SupervisorException($"{file} {problem}.");
    }

    private static SignedRequest Complete(ReadOnlyMemory<byte> prepared, byte[] signature, MemberCertificate certificate) =>
        certificate.Verify(prepared.Span, signature) ? new SignedRequest(prepared, signature, certificate.Fingerprint)
            : throw new SupervisorException("The signature is not one of the certificate's key over this request.");

    private static HashAlgorithmName HashOf(MemberCertificate certificate) =>
        certificate.IsP384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    /// <summary>SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 2.2.3) as r||s.</summary>
    private static byte[] FromDer(ReadOnlyMemory<byte> der, MemberCertificate certificate)
    {
        byte[] signature = new byte[certificate.SignatureSize];
        int half = signature.Length / 2;
        try
        {
            var sequence = new System.Formats.Asn1.AsnReader(der, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
            for (int part = 0; part < 2; part++)
            {
                byte[] number = sequence.ReadInteger().ToByteArray(isUnsigned: true, isBigEndian: true);
                number.CopyTo(signature, (half * (part + 1)) - number.Length);
            }
            return signature;
        }
        catch (Exception wrong) when (wrong is System.Formats.Asn1.AsnContentException or ArgumentException or OverflowException)
        {
            throw new SupervisorException($"The signature is neither r||s of {signature.Length} bytes nor DER.");
        }
    }
}
