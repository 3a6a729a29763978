using Coco.Crypto;

namespace Coco.Core.Tests.Crypto;

public sealed class P256Tests
{
    // RFC 6979, A.2.5: P-256 with SHA-256, message "sample".
    private static readonly byte[] Point = Convert.FromHexString(
        "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
    private static readonly byte[] Signature = Convert.FromHexString(
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");

    [Fact]
    public void The_vector_of_RFC_6979_verifies_under_point_and_SPKI()
    {
        byte[] digest = Sha256.Hash("sample"u8).ToArray();
        Assert.True(P256.Verify(Point, digest, Signature));
        Assert.True(P256PublicKey.TryImport(Point, out P256PublicKey? key));
        Assert.True(P256.Verify(key.ToSpki(), digest, Signature));
        Assert.True(P256PublicKey.TryImport(key.ToSpki(), out P256PublicKey? again));
        Assert.Equal(Point, again.Point.ToArray());
    }

    [Fact]
    public void Any_changed_byte_of_digest_or_signature_is_refused()
    {
        byte[] digest = Sha256.Hash("sample"u8).ToArray();
        for (int i = 0; i < 32; i++)
        {
            digest[i] ^= 1;
            Assert.False(P256.Verify(Point, digest, Signature));
            digest[i] ^= 1;
        }
        for (int i = 0; i < 64; i++)
        {
            byte[] changed = [.. Signature];
            changed[i] ^= 0x80;
            Assert.False(P256.Verify(Point, digest, changed));
        }
        Assert.True(P256.Verify(Point, digest, Signature));
    }

    [Fact]
    public void Malformed_keys_and_lengths_are_refused()
    {
        byte[] digest = Sha256.Hash("sample"u8).ToArray();
        byte[] offCurve = [.. Point];
        offCurve[64] ^= 1;
        Assert.False(P256.Verify(offCurve, digest, Signature));
        Assert.False(P256.Verify([4, .. new byte[64]], digest, Signature));
        Assert.False(P256.Verify(Point.AsSpan(0, 64), digest, Signature));
        Assert.False(P256.Verify([], digest, Signature));
        Assert.False(P256.Verify(Point, digest.AsSpan(0, 31), Signature));
        Assert.False(P256.Verify(Point, digest, Signature.AsSpan(0, 63)));
        Assert.False(P256.Verify(Point, digest, new byte[64]));
    }
}
