using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Governance;
using Coco.Keys;
using Coco.Primitives;

namespace Coco.Enclave.Tests.Keys;

public sealed class CertificateTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_members_key_signs_what_its_certificate_in_the_constitution_verifies(bool isP384)
    {
        using MemberKey made = MemberKey.Create("Contoso, Ltd. = one", Now, Year, isP384);
        using MemberKey key = MemberKey.Load(made.CertificatePem, made.ExportKeyPem());
        Assert.True(MemberCertificate.TryParsePem(key.CertificatePem, out MemberCertificate? certificate, out string? problem), problem);
        Assert.Equal(isP384, certificate.IsP384);
        Assert.True(certificate.Verify("request"u8, key.Sign("request"u8)));
        Assert.False(certificate.Verify("requesu"u8, key.Sign("request"u8)));
    }

    [Fact]
    public void A_key_on_another_curve_or_of_another_kind_is_no_members_key()
    {
        using var rsa = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(Now, Now + Year);
        Assert.False(MemberCertificate.TryParsePem(certificate.ExportCertificatePem(), out _, out string? problem));
        Assert.Contains("P-256", problem);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using X509Certificate2 other = new CertificateRequest("CN=x", large, HashAlgorithmName.SHA512).CreateSelfSigned(Now, Now + Year);
        Assert.False(MemberCertificate.TryParsePem(other.ExportCertificatePem(), out _, out _));
        Assert.Throws<CryptographicException>(() => MemberKey.Load(other.ExportCertificatePem(), large.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void A_peer_certificate_carries_evidence_for_its_own_key()
    {
        Hash256 asked = default;
        using X509Certificate2 certificate = TlsCertificates.CreateForPeers("a-1", Now, Year, digest =>
        {
            asked = digest;
            return [1, 2, 3];
        });
        Assert.Equal(asked, TlsCertificates.KeyDigest(certificate));
        Assert.Equal([1, 2, 3], TlsCertificates.FindEvidence(certificate)!);
        Assert.True(certificate.HasPrivateKey);
        using X509Certificate2 plain = TlsCertificates.CreateForPeers("a-1", Now, Year);
        Assert.Null(TlsCertificates.FindEvidence(plain));
    }

    [Fact]
    public void A_workers_certificate_chains_to_the_file_that_clients_have()
    {
        using NetworkAuthority made = NetworkAuthority.Create("consortium", Now, Year);
        using NetworkAuthority authority = NetworkAuthority.Load(made.CertificatePem, made.ExportKeyPem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = authority.Certify("a-1", key.ExportSubjectPublicKeyInfo(), ["vn1.example", "127.0.0.1"], Now, 2 * Year);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
        Assert.True(Chains(certificate, made.CertificatePem));
        Assert.True(certificate.MatchesHostname("vn1.example") && certificate.MatchesHostname("127.0.0.1"));
        Assert.False(certificate.MatchesHostname("vn2.example"));
        using NetworkAuthority stranger = NetworkAuthority.Create("consortium", Now, Year);
        Assert.False(Chains(certificate, stranger.CertificatePem));
        Assert.Throws<CryptographicException>(() => authority.Certify("a-1", new byte[91], [], Now, Year));
    }

    [Fact]
    public void Each_incarnation_has_its_own_key()
    {
        using var one = new NodeIdentity();
        using var other = new NodeIdentity();
        Assert.NotEqual(one.PublicKeyDigest, other.PublicKeyDigest);
    }

    private static bool Chains(X509Certificate2 certificate, string authorityPem)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authorityPem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
