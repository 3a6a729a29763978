using System.Numerics;
using System.Text;
using Coco.Crypto;
using Coco.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Coco.Core.Tests.Crypto;

public sealed class Keccak256Tests
{
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    [InlineData("hello", "1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8")]
    public void Published_hashes_are_met(string input, string expected) =>
        Assert.Equal("0x" + expected, Keccak256.Hash(Encoding.UTF8.GetBytes(input)).ToString());

    [Fact]
    public void Every_length_over_several_blocks_agrees_with_the_textbook()
    {
        for (int length = 0; length <= 3 * Keccak256.Rate + 1; length++)
        {
            byte[] input = Pattern(length);
            Assert.Equal(Textbook(input), Keccak256.Hash(input));
        }
    }

    [Fact]
    public void Input_in_parts_hashes_like_the_whole() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(1, 3),
        Prop.ForAll((byte[] first, byte[] second, byte[] third) =>
        {
            byte[] whole = [.. first, .. second, .. third];
            Keccak256 sponge = default;
            sponge.Update(first);
            sponge.Update(second);
            sponge.Update(third);
            return sponge.Finish() == Keccak256.Hash(whole)
                && Keccak256.HashConcatenated(first, [.. second, .. third]) == Keccak256.Hash(whole);
        }));

    [Fact]
    public void An_instance_is_new_after_it_finished()
    {
        Keccak256 sponge = default;
        sponge.Update(Pattern(200));
        sponge.Finish();
        sponge.Update("abc"u8);
        Assert.Equal(Keccak256.Hash("abc"u8), sponge.Finish());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(29)]
    [InlineData(64)]
    public void Many_inputs_hash_like_each_alone(int count)
    {
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) ends[i] = (i == 0 ? 0 : ends[i - 1]) + (i * 37 % (i > 40 ? 300 : 136));
        byte[] inputs = Pattern(count == 0 ? 0 : ends[^1]);
        var hashes = new Hash256[count];
        Keccak256.HashMany(inputs, ends, hashes);
        for (int i = 0; i < count; i++)
            Assert.Equal(Keccak256.Hash(inputs.AsSpan((i == 0 ? 0 : ends[i - 1])..ends[i])), hashes[i]);
    }

    [Fact]
    public void Both_permutations_of_one_state_agree()
    {
        if (!KeccakAvx512.IsSupported) return;
        ulong[] scalar = new ulong[25], vector = new ulong[28];
        for (int i = 0; i < 25; i++) scalar[i] = vector[i] = (ulong)(i + 1) * 0x9E3779B97F4A7C15;
        for (int turn = 0; turn < 10; turn++)
        {
            KeccakScalar.Permute(scalar);
            KeccakAvx512.Permute(vector);
            Assert.Equal(scalar, vector[..25]);
        }
    }

    private static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)((i * 131) + (i >> 3) + 7);
        return bytes;
    }

    /// <summary>FIPS 202 word for word, with the original padding.</summary>
    private static Hash256 Textbook(byte[] input)
    {
        byte[] padded = new byte[(input.Length / 136 + 1) * 136];
        input.CopyTo(padded, 0);
        padded[input.Length] ^= 1;
        padded[^1] ^= 0x80;
        ulong[,] a = new ulong[5, 5];
        for (int block = 0; block < padded.Length; block += 136)
        {
            for (int i = 0; i < 17; i++) a[i % 5, i / 5] ^= BitConverter.ToUInt64(padded, block + (8 * i));
            byte lfsr = 1;
            for (int round = 0; round < 24; round++) Round(a, ref lfsr);
        }
        byte[] hash = new byte[32];
        for (int i = 0; i < 4; i++) BitConverter.TryWriteBytes(hash.AsSpan(8 * i), a[i, 0]);
        return new Hash256(hash);
    }

    private static void Round(ulong[,] a, ref byte lfsr)
    {
        ulong[] c = new ulong[5];
        for (int x = 0; x < 5; x++) c[x] = a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4];
        for (int x = 0; x < 5; x++)
            for (int y = 0; y < 5; y++) a[x, y] ^= c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
        (int px, int py, ulong moved) = (1, 0, a[1, 0]);
        for (int t = 0; t < 24; t++)
        {
            (px, py) = (py, ((2 * px) + (3 * py)) % 5);
            (moved, a[px, py]) = (a[px, py], BitOperations.RotateLeft(moved, (t + 1) * (t + 2) / 2));
        }
        for (int y = 0; y < 5; y++)
        {
            ulong[] row = [a[0, y], a[1, y], a[2, y], a[3, y], a[4, y]];
            for (int x = 0; x < 5; x++) a[x, y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        for (int j = 0; j <= 6; j++)
        {
            if ((lfsr & 1) != 0) a[0, 0] ^= 1UL << ((1 << j) - 1);
            lfsr = (byte)((lfsr << 1) ^ ((lfsr >> 7) * 0x71));
        }
    }
}
