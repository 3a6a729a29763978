using Coco.Crypto;
using Coco.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Coco.Core.Tests.Crypto;

public sealed class SymmetricTests
{
    [Theory]
    [InlineData("", "", "530f8afbc74536b9a963b4f1c4cb738b")]
    [InlineData("00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    public void Aead_meets_the_GCM_vectors_13_and_14(string plaintext, string ciphertext, string tag)
    {
        using var key = new SecretKey(new byte[32]);
        using var aead = new Aead(key);
        byte[] sealedBytes = Convert.FromHexString(plaintext), tagBytes = new byte[16];
        aead.Seal(new AeadNonce(0), sealedBytes, [], sealedBytes, tagBytes);
        Assert.Equal(ciphertext, Convert.ToHexStringLower(sealedBytes));
        Assert.Equal(tag, Convert.ToHexStringLower(tagBytes));
    }

    [Fact]
    public void What_is_sealed_opens_and_any_change_refuses_it() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(5, 7),
        Prop.ForAll((byte[] plaintext, byte[] associated, uint where) =>
        {
            ulong index = where * 3UL;
            using var key = new SecretKey(Sha256.Hash(associated).Span);
            using var aead = new Aead(key);
            var nonce = new AeadNonce(new LogIndex(index));
            byte[] ciphertext = new byte[plaintext.Length], tag = new byte[16], opened = new byte[plaintext.Length];
            aead.Seal(nonce, plaintext, associated, ciphertext, tag);
            bool roundTrips = aead.TryOpen(nonce, ciphertext, tag, associated, opened) && opened.AsSpan().SequenceEqual(plaintext);
            bool otherNonce = aead.TryOpen(new AeadNonce(index ^ 1), ciphertext, tag, associated, opened);
            bool otherData = aead.TryOpen(nonce, ciphertext, tag, [.. associated, 0], opened);
            byte[] changed = [.. ciphertext, .. tag];
            changed[where % changed.Length] ^= 0x10;
            bool otherBytes = aead.TryOpen(nonce, changed.AsSpan(0, ciphertext.Length), changed.AsSpan(ciphertext.Length), associated, opened);
            return roundTrips && !otherNonce && !otherData && !otherBytes;
        }));

    [Fact]
    public void Nonces_are_the_index_little_endian_and_zeros()
    {
        byte[] bytes = new byte[12];
        bytes.AsSpan().Fill(0xEE);
        new AeadNonce(new LogIndex(0x0102030405060708)).CopyTo(bytes);
        Assert.Equal("080706050403020100000000", Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData(
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [InlineData(
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    public void Hkdf_meets_the_vectors_1_and_3_of_RFC_5869(string material, string salt, string info, string expected)
    {
        byte[] output = new byte[42];
        Hkdf.Derive(Convert.FromHexString(material), Convert.FromHexString(salt), Convert.FromHexString(info), output);
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void Labels_and_contexts_derive_separate_keys()
    {
        using var root = new SecretKey(Sha256.Hash("root"u8).Span);
        using SecretKey one = Hkdf.Derive(root, [1], "entry", "ab"u8), same = Hkdf.Derive(root, [1], "entry", "ab"u8);
        Assert.True(one.HasSameBytes(same));
        using SecretKey moved = Hkdf.Derive(root, [1], "entrya", "b"u8), salted = Hkdf.Derive(root, [2], "entry", "ab"u8);
        Assert.False(one.HasSameBytes(moved));
        Assert.False(one.HasSameBytes(salted));
        Assert.Throws<ArgumentException>(() => Hkdf.Derive(root, [], "entry", new byte[Hkdf.MaxInfoSize]));
    }

    [Fact]
    public void A_secret_key_hides_itself_and_is_gone_after_disposal()
    {
        byte[] bytes = Sha256.Hash("secret"u8).ToArray();
        var key = new SecretKey(bytes);
        Assert.Equal(bytes, key.Reveal().ToArray());
        Assert.DoesNotContain(Convert.ToHexString(bytes)[..8], key.ToString(), StringComparison.OrdinalIgnoreCase);
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Reveal().Length);
        Assert.Throws<ArgumentException>(() => new SecretKey(new byte[31]));
    }

    [Fact]
    public void Constant_time_equality_is_equality() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(2, 9),
        Prop.ForAll((byte[] left, byte[] right) =>
            ConstantTime.Equals(left, right) == left.AsSpan().SequenceEqual(right) && ConstantTime.Equals(left, [.. left])));
}
