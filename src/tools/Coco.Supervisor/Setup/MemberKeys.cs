using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Supervisor;

/// <summary>An organisation's member key: P-256 in a file that only its owner reads, and its self-signed certificate.</summary>
public static class MemberKeys
{
    private const int ValidYears = 10;

    /// <summary>Creates key and certificate unless they exist; returns the certificate as PEM.</summary>
    public static string Ensure(DataDirectory data, string organisation)
    {
        string certificateFile = data.MemberCertificateFile(organisation);
        if (File.Exists(certificateFile)) return File.ReadAllText(certificateFile);
        Directory.CreateDirectory(Path.GetDirectoryName(certificateFile)!);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        WriteSecret(data.MemberKeyFile(organisation), key.ExportPkcs8PrivateKeyPem());
        CertificateRequest request = new(new X500DistinguishedName($"CN={organisation}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddYears(ValidYears));
        string pem = certificate.ExportCertificatePem();
        File.WriteAllText(certificateFile, pem);
        return pem;
    }

    /// <summary>Creates a file for the owner alone before anything is in it.</summary>
    public static void WriteSecret(string file, string content)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream stream = new(file, options);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(content));
    }
}
