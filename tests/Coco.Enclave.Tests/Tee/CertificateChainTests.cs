using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Chains to a pinned key, at their first and at every later look: that one was kept is a matter of speed alone.</summary>
public sealed class CertificateChainTests : IDisposable
{
    private readonly DcapFixture _intel = new();

    public void Dispose() => _intel.Dispose();

    [Fact]
    public void A_second_look_says_what_a_first_one_says_at_every_time_and_under_every_pin()
    {
        byte[] pin = [.. _intel.Roots.Intel];
        for (int look = 0; look < 3; look++)
        {
            Assert.Null(Verify(pin, DcapFixture.Now));
            Assert.Null(Verify(pin, DcapFixture.Now.AddYears(6)));
            Assert.Equal(EvidenceCheck.Chain, Verify(pin, DcapFixture.Now.AddYears(8))?.Check);
            Assert.Equal(EvidenceCheck.Chain, Verify(pin, DcapFixture.Now.AddYears(-3))?.Check);
            Assert.Equal(EvidenceCheck.Chain, Verify([.. VendorRoots.Pinned.Intel], DcapFixture.Now)?.Check);
        }
    }

    [Fact]
    public void A_changed_bit_in_any_of_its_certificates_is_seen_after_the_chain_was_kept()
    {
        Assert.Null(Verify([.. _intel.Roots.Intel], DcapFixture.Now));
        byte[][] ders = _intel.PlatformCertificates;
        for (int number = 0; number < ders.Length; number++)
        {
            for (int place = 0; place < ders[number].Length; place++)
            {
                byte[][] changed = [.. ders.Select(der => (byte[])[.. der])];
                changed[number][place] ^= (byte)(1 << (place % 8));
                Assert.False(Holds(changed), $"byte {place} of certificate {number} may be anything");
            }
        }
    }

    [Fact]
    public void Other_certificates_and_another_order_are_another_chain()
    {
        Assert.True(Holds(_intel.PlatformCertificates));
        using var other = new DcapFixture();
        byte[][] own = _intel.PlatformCertificates, foreign = other.PlatformCertificates;
        Assert.False(Holds([own[0], own[1]]));
        Assert.False(Holds([foreign[0], own[1], own[2]]));
        Assert.False(Holds([own[0], foreign[1], own[2]]));
        Assert.False(Holds([own[0], own[1], foreign[2]]));
        Assert.False(Holds([own[0], own[1], [.. own[2], 0]]));
        Assert.True(Holds([own[0], own[2], own[1]]));
        Assert.True(Holds([own[0], own[1], own[2], foreign[1]]));
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        var chains = new VerifiedChains();
        using X509Certificate2 one = X509CertificateLoader.LoadCertificate(_intel.PlatformCertificates[0]);
        for (int number = 0; number < 3 * Limits.MaxVerifiedChains; number++)
        {
            chains.Keep(VerifiedChains.IdOf([BitConverter.GetBytes(number)]), [1], [one]);
            Assert.True(chains.Count <= Limits.MaxVerifiedChains);
        }
    }

    [Fact]
    public void An_outline_says_of_real_certificates_what_the_platform_says()
    {
        foreach (byte[] der in _intel.PlatformCertificates.Concat(VendorRoots.AmdCertificates(SnpProduct.Milan, isVlek: false)).Concat(VendorRoots.AmdCertificates(SnpProduct.Turin, isVlek: true)))
        {
            using X509Certificate2 read = X509CertificateLoader.LoadCertificate(der);
            Assert.True(CertificateOutline.TryRead(der, out CertificateOutline? outline));
            Assert.Equal(read.SubjectName.RawData, outline.Subject.ToArray());
            Assert.Equal(read.IssuerName.RawData, outline.Issuer.ToArray());
            Assert.Equal(read.SerialNumberBytes.ToArray(), outline.Serial.ToArray());
            Assert.Equal(read.PublicKey.ExportSubjectPublicKeyInfo(), outline.PublicKey.ToArray());
            Assert.False(CertificateOutline.TryRead(der.AsMemory(0, der.Length - 1), out _));
            Assert.False(CertificateOutline.TryRead((byte[])[.. der, 0], out _));
        }
    }

    private EvidenceRefusal? Verify(byte[] pin, DateTimeOffset now)
    {
        Assert.True(CertificateChain.TryLoad(_intel.PlatformCertificates.Select(der => (ReadOnlyMemory<byte>)der), out CertificateChain? chain));
        using (chain) return chain.Verify(pin, now);
    }

    private bool Holds(byte[][] ders)
    {
        try
        {
            if (!CertificateChain.TryLoad(ders.Select(der => (ReadOnlyMemory<byte>)der), out CertificateChain? chain)) return false;
            using (chain) return chain.Verify(_intel.Roots.Intel.AsSpan(), DcapFixture.Now) is null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
