using System.Numerics;
using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Ledgers.Tests.Conformance;
using Xunit.Abstractions;

namespace Coco.Ledgers.Tests.Precompiles;

public sealed class PrecompileTests(ITestOutputHelper log)
{
    [Theory]
    [InlineData(1, EvmFork.Frontier)]
    [InlineData(4, EvmFork.Frontier)]
    [InlineData(5, EvmFork.Byzantium)]
    [InlineData(6, EvmFork.Byzantium)]
    [InlineData(8, EvmFork.Byzantium)]
    [InlineData(9, EvmFork.Istanbul)]
    [InlineData(0x0A, EvmFork.Cancun)]
    [InlineData(0x0B, EvmFork.Prague)]
    [InlineData(0x11, EvmFork.Prague)]
    [InlineData(0x100, EvmFork.Osaka)]
    public void A_contract_exists_from_its_fork_on(ulong number, EvmFork since)
    {
        Address address = Address.FromNumber(number);
        foreach (EvmFork fork in Enum.GetValues<EvmFork>()) Assert.Equal(fork >= since, PrecompileSet.IsPrecompile(address, fork));
    }

    [Fact]
    public void No_other_address_is_a_contract()
    {
        foreach (ulong number in (ulong[])[0, 0x12, 0xFF, 0x101, ulong.MaxValue])
            Assert.False(PrecompileSet.IsPrecompile(Address.FromNumber(number), EvmFork.Osaka));
        Assert.False(PrecompileSet.IsPrecompile(new Address(new UInt256(1, 1)), EvmFork.Osaka));
    }

    [Fact]
    public void Ecrecover_meets_the_published_example_and_refuses_silently()
    {
        const string Hash = "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c";
        const string Signature =
            "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549";
        string v = "1c".PadLeft(64, '0');
        Assert.Equal("000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b", Contract.Run(1, Hash + v + Signature));
        Assert.Equal("", Contract.Run(1, Hash + "1d".PadLeft(64, '0') + Signature));
        Assert.Equal("", Contract.Run(1, Hash + "01" + v[2..] + Signature));
        Assert.Equal("", Contract.Run(1, ""));
    }

    [Fact]
    public void Hashes_and_identity_pad_and_price_by_word()
    {
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Contract.Run(2, "616263"));
        Assert.Equal("0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc", Contract.Run(3, "616263"));
        Assert.Equal("616263", Contract.Run(4, "616263"));
        Assert.Equal(60 + 24, Contract.Number(2).Gas(new byte[33], EvmFork.Osaka));
        Assert.Equal(600 + 120, Contract.Number(3).Gas(new byte[32], EvmFork.Osaka));
        Assert.Equal(15, Contract.Number(4).Gas([], EvmFork.Osaka));
    }

    [Fact]
    public void Blake2f_meets_EIP_152_and_fails_on_other_lengths_and_flags()
    {
        const string State =
            "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b";
        byte[] input = Contract.Hex($"0000000c{State}{"616263".PadRight(256, '0')}{"03".PadRight(32, '0')}01");
        Assert.Equal(12, Contract.Number(9).Gas(input, EvmFork.Osaka));
        Assert.StartsWith("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1", Convert.ToHexStringLower(Contract.Run(9, input)!), StringComparison.Ordinal);
        Assert.Null(Contract.Run(9, input.AsSpan(1)));
        input[^1] = 2;
        Assert.Null(Contract.Run(9, input));
    }

    [Fact]
    public void Powers_agree_with_the_big_integers_of_the_platform()
    {
        var random = new Random(20_26);
        for (int turn = 0; turn < 600; turn++)
        {
            byte[] number = Bytes(random, random.Next(90)), exponent = Bytes(random, random.Next(turn % 4 == 0 ? 40 : 4)), modulus = Bytes(random, random.Next(1, 90));
            if (turn % 3 == 0) Array.Clear(modulus, modulus.Length / 2, modulus.Length - (modulus.Length / 2));
            if (turn % 7 == 0) modulus.AsSpan(0, modulus.Length - 1).Clear();
            byte[] input = [.. Word(number.Length), .. Word(exponent.Length), .. Word(modulus.Length), .. number, .. exponent, .. modulus];
            BigInteger m = Big(modulus);
            BigInteger expected = m.IsZero ? 0 : BigInteger.ModPow(Big(number), Big(exponent), m);
            byte[]? actual = Contract.Run(5, input);
            Assert.True(actual is not null && actual.Length == modulus.Length && Big(actual) == expected, $"turn {turn}: {Convert.ToHexString(input)}");
        }
    }

    /// <summary>Moduli whose words are all ones or nearly all zeros make quotients and carries as large as they get; long ones need narrower limbs.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(56)]
    [InlineData(64)]
    [InlineData(192)]
    [InlineData(256)]
    [InlineData(440)]
    [InlineData(448)]
    [InlineData(456)]
    [InlineData(1024)]
    [InlineData(1800)]
    public void Powers_under_extreme_moduli_agree_with_the_big_integers_of_the_platform(int size)
    {
        var random = new Random(size);
        BigInteger power = BigInteger.One << (8 * size), half = power / 2;
        BigInteger[] moduli = [power - 1, half + 1, half - 1, power - (BigInteger.One << (4 * size)) + 1, power - half + 3, (power / 256) + 1, power - 2, half];
        foreach (BigInteger modulus in moduli)
        {
            byte[] bytes = new byte[size + 9];
            random.NextBytes(bytes);
            foreach (BigInteger number in (ReadOnlySpan<BigInteger>)[modulus - 1, modulus + 1, power - 1, new BigInteger(bytes, isUnsigned: true)])
            {
                foreach (int exponent in (ReadOnlySpan<int>)[0, 1, 2, 3, 65537])
                {
                    string input = Hex(size + 9, 32) + Hex(4, 32) + Hex(size, 32) + Hex(number, size + 9) + Hex(exponent, 4) + Hex(modulus, size);
                    Assert.Equal(Hex(BigInteger.ModPow(number, exponent, modulus), size), Contract.Run(5, input, EvmFork.Prague));
                }
            }
        }
    }

    private static string Hex(BigInteger value, int size) => Convert.ToHexStringLower(value.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(2 * size, '0');

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001"
        + "0000000000000000000000000000000000000000000000000000000000000020"
        + "0000000000000000000000000000000000000000000000000000000000000020"
        + "03fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e"
        + "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 13056, 1360, 4080)]
    [InlineData("", 0, 200, 500)]
    public void The_price_of_a_power_follows_the_fork(string input, long byzantium, long berlin, long osaka)
    {
        Assert.Equal(byzantium, Contract.Number(5).Gas(Contract.Hex(input), EvmFork.Byzantium));
        Assert.Equal(berlin, Contract.Number(5).Gas(Contract.Hex(input), EvmFork.Berlin));
        Assert.Equal(osaka, Contract.Number(5).Gas(Contract.Hex(input), EvmFork.Osaka));
    }

    [Fact]
    public void Absurd_lengths_are_priced_out_and_refused()
    {
        byte[] input = [.. Enumerable.Repeat((byte)0xFF, 96)];
        foreach (EvmFork fork in (EvmFork[])[EvmFork.Byzantium, EvmFork.Berlin, EvmFork.Osaka])
        {
            Assert.Equal(long.MaxValue, Contract.Number(5).Gas(input, fork));
            Assert.Null(Contract.Run(5, input, fork));
        }
        Assert.Null(Contract.Run(5, [.. Word(1025), .. Word(1), .. Word(1)], EvmFork.Osaka));
        Assert.Equal([0], Contract.Run(5, [.. Word(1025), .. Word(1), .. Word(1)], EvmFork.Prague)!);
    }

    [VectorTheory(StateTestProbe.Archive)]
    [InlineData("eip7883_modexp")]
    [InlineData("eip7951_p256verify_precompiles/p256verify/")]
    [InlineData("bls12_g1add")]
    [InlineData("bls12_g1mul")]
    [InlineData("bls12_g1msm")]
    [InlineData("bls12_g2add")]
    [InlineData("bls12_g2mul")]
    [InlineData("bls12_g2msm")]
    [InlineData("bls12_pairing")]
    [InlineData("bls12_map_fp_to_g1")]
    [InlineData("bls12_map_fp2_to_g2")]
    public void Calls_of_the_published_state_tests_are_met(string folder)
    {
        int count = StateTestProbe.RunFolder(folder);
        log.WriteLine($"{count} calls");
        Assert.NotEqual(0, count);
    }

    private static byte[] Word(int value) => new UInt256((ulong)value).ToBigEndian();

    private static BigInteger Big(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
