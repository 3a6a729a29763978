using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Keys;

namespace Coco.Enclave.Tests.Keys;

public sealed class EcdsaSignerTests
{
    [Fact]
    public void Signatures_verify_under_the_signers_public_key_before_and_after_import()
    {
        using EcdsaSigner signer = EcdsaSigner.Generate();
        byte[] digest = Sha256.Hash("message"u8).ToArray();
        byte[] signature = new byte[P256.SignatureSize];
        signer.Sign(digest, signature);
        Assert.True(P256.Verify(signer.PublicKey.Span, digest, signature));

        using EcdsaSigner imported = EcdsaSigner.ImportPkcs8(signer.ExportPkcs8());
        Assert.Equal(signer.PublicKey.ToArray(), imported.PublicKey.ToArray());
        imported.Sign(digest, signature);
        Assert.True(P256.Verify(signer.PublicKey.Span, digest, signature));
        digest[0] ^= 1;
        Assert.False(P256.Verify(signer.PublicKey.Span, digest, signature));
    }

    [Fact]
    public void Keys_of_other_curves_and_broken_bytes_are_not_imported()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<CryptographicException>(() => EcdsaSigner.ImportPkcs8(other.ExportPkcs8PrivateKey()));
        using EcdsaSigner signer = EcdsaSigner.Generate();
        Assert.Throws<CryptographicException>(() => EcdsaSigner.ImportPkcs8([.. signer.ExportPkcs8(), 0]));
        Assert.Throws<CryptographicException>(() => EcdsaSigner.ImportPkcs8([1, 2, 3]));
    }
}
