using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coco.Crypto;

namespace Coco.Core.Tests.Crypto;

public sealed class HashTests
{
    [Theory]
    [InlineData("", "9c1185a5c5e9fc54612808977ee8f548b2258d31")]
    [InlineData("a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe")]
    [InlineData("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")]
    [InlineData("message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "b0e20b6e3116640286ed3a87a5713079b21f5189")]
    public void Ripemd160_meets_the_vectors_of_its_authors(string input, string expected) =>
        Assert.Equal(expected, Ripemd160Of(Encoding.ASCII.GetBytes(input)));

    [Fact]
    public void Ripemd160_meets_the_long_vectors_of_its_authors()
    {
        Assert.Equal("9b752e45573d4b39f4dbd3323cab82bf63326bfb", Ripemd160Of(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("1234567890", 8)))));
        Assert.Equal("52783243c1697bdbe16d37f97f68f08325dc1528", Ripemd160Of(Encoding.ASCII.GetBytes(new string('a', 1_000_000))));
    }

    [Fact]
    public void Sha256_meets_the_vector_of_FIPS_180() =>
        Assert.Equal("0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Sha256.Hash("abc"u8).ToString());

    [Fact]
    public void Sha256_equals_the_platforms_at_every_length_by_which_it_goes_another_way()
    {
        byte[] input = new byte[Sha256Native.MaxInput + 70];
        new Random(1).NextBytes(input);
        for (int length = 0; length <= input.Length; length++)
            Assert.Equal(SHA256.HashData(input.AsSpan(0, length)), Sha256.Hash(input.AsSpan(0, length)).ToArray());
    }

    [Theory]
    [InlineData(12u, true, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData(12u, false, "75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d2875298743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735")]
    [InlineData(0u, true, "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b")]
    [InlineData(1u, true, "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fba551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421")]
    public void Blake2b_compression_meets_the_vectors_of_EIP_152(uint rounds, bool isLast, string expected)
    {
        ulong[] state = new ulong[8];
        byte[] start = Convert.FromHexString(
            "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b");
        for (int i = 0; i < 8; i++) state[i] = BinaryPrimitives.ReadUInt64LittleEndian(start.AsSpan(8 * i));
        ulong[] message = new ulong[16];
        message[0] = 0x636261;
        Blake2b.Compress(state, message, 3, 0, isLast, rounds);
        byte[] result = new byte[64];
        for (int i = 0; i < 8; i++) BinaryPrimitives.WriteUInt64LittleEndian(result.AsSpan(8 * i), state[i]);
        Assert.Equal(expected, Convert.ToHexStringLower(result));
    }

    private static string Ripemd160Of(byte[] input)
    {
        byte[] hash = new byte[Ripemd160.Size];
        Ripemd160.Hash(input, hash);
        return Convert.ToHexStringLower(hash);
    }
}
