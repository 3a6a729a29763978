using System.Numerics;
using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Ledgers.Tests.Conformance;
using Xunit.Abstractions;

namespace Coco.Ledgers.Tests.Precompiles;

/// <summary>BN254, BLS12-381 and KZG. Points that are not from a specification were computed with @noble/curves 1.9.7.</summary>
public sealed class CurveTests(ITestOutputHelper log)
{
    private const string G1 = "00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000002";
    private const string G2 =
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        + "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";
    private const string MultipleOfG2 =
        "174f30faa842aed3a7fbf91cc3a713500410ce8d41ee926eab7f50d64fa996ef0ee8b948c2cead2d500a198a8a0df6530a6ff95d0955705cf54225fd0eea7c55"
        + "18950a108ecc50a208c78ed5ad924ef589f11c048b62ce5558130386b2163d112faa6e8ce4bb232964344b54287f7fbb533dc1ad01bedec82f7338c27918f5f5";
    private const string OnTwistOnly =
        "000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000000000000022b"
        + "76c179599bb92a963dac85546a005a777f7c13f6a7b75d5918b6b5808f5fde101f7278419308b95099eca02dcee0c5381f4d26d1d62313f057167f064101ce";

    private static readonly BigInteger P = BigInteger.Parse("21888242871839275222246405745257275088696311157297823662689037894645226208583");
    private static readonly BigInteger R = BigInteger.Parse("21888242871839275222246405745257275088548364400416034343698204186575808495617");
    private static readonly BigInteger FactorOfG2 = BigInteger.Parse("987654321987654321987654321");
    private static readonly string One = "1".PadLeft(64, '0');
    private static readonly string Zero = new('0', 64);

    [Fact]
    public void Sums_and_multiples_on_BN254_meet_an_independent_implementation()
    {
        const string Multiple = "1a800e699823b2a065feff85929aa940c4045a8a8c9cfb6992dcd540ad873e3416b9a98cab8204eb83c4e3963fa6a8b0cceee05f77f3fdbbc128735d127495c2";
        Assert.Equal(Multiple, Times(G1, BigInteger.Parse("123456789123456789123456789")));
        Assert.Equal(
            "1213f7fdbe7e4a3ab03f1fb57fedbb74645c46d58ae07cd05d9bb36501b1dc221cf468ca636f74fc0a684412cded5272498ce6be314d7e959fa8a3d3ab2a0835",
            Contract.Run(6, Multiple + G1));
    }

    [Fact]
    public void BN254_agrees_with_affine_arithmetic_on_big_integers()
    {
        (BigInteger X, BigInteger Y) g = (1, 2), sum = g;
        string encoded = G1;
        for (int k = 2; k < 40; k++)
        {
            sum = AffineSum(sum, g);
            encoded = Contract.Run(6, encoded + G1)!;
            Assert.Equal(Word(sum.X) + Word(sum.Y), encoded);
            Assert.Equal(encoded, Times(G1, k));
            Assert.Equal(encoded, Times(G1, k + R));
        }
    }

    [Fact]
    public void Infinity_and_opposites_on_BN254_add_up()
    {
        string infinity = new('0', 128), opposite = Word(1) + Word(P - 2);
        Assert.Equal(infinity, Contract.Run(6, G1 + opposite));
        Assert.Equal(G1, Contract.Run(6, G1 + infinity));
        Assert.Equal(G1, Contract.Run(6, infinity + G1));
        Assert.Equal(infinity, Contract.Run(6, ""));
        Assert.Equal(infinity, Times(G1, R));
        Assert.Equal(opposite, Times(G1, R - 1));
        Assert.Equal(Contract.Run(6, G1 + G1), Times(G1, 2));
    }

    [Fact]
    public void Points_off_the_curve_and_numbers_not_below_the_modulus_fail_on_BN254()
    {
        Assert.Null(Contract.Run(6, Word(1) + Word(3)));
        Assert.Null(Contract.Run(6, Word(1 + P) + Word(2)));
        Assert.Null(Contract.Run(7, Word(1) + Word(P)));
        Assert.Null(Contract.Run(8, Word(1) + Word(3) + G2));
        Assert.Null(Contract.Run(8, G1 + G2[..^2]));
        Assert.Null(Contract.Run(8, G1 + OnTwistOnly));
    }

    [Fact]
    public void The_pairing_on_BN254_is_bilinear_and_not_degenerate()
    {
        string infinity = new('0', 128);
        Assert.Equal(One, Contract.Run(8, ""));
        Assert.Equal(One, Contract.Run(8, infinity + G2));
        Assert.Equal(One, Contract.Run(8, G1 + infinity + infinity));
        Assert.Equal(Zero, Contract.Run(8, G1 + G2));
        var random = new Random(7);
        for (int turn = 0; turn < 3; turn++)
        {
            BigInteger a = random.NextInt64() * (BigInteger)random.NextInt64();
            string left = Times(G1, a), right = Times(G1, R - (a * FactorOfG2 % R));
            Assert.Equal(One, Contract.Run(8, left + MultipleOfG2 + right + G2));
            Assert.Equal(Zero, Contract.Run(8, left + MultipleOfG2 + Times(right, 2) + G2));
            string third = Times(G1, R - (a * FactorOfG2 % R) + 5);
            Assert.Equal(One, Contract.Run(8, left + MultipleOfG2 + third + G2 + Times(G1, R - 5) + G2));
        }
    }

    [Theory]
    [InlineData(6, EvmFork.Byzantium, 0, 500)]
    [InlineData(6, EvmFork.Istanbul, 0, 150)]
    [InlineData(7, EvmFork.Byzantium, 0, 40_000)]
    [InlineData(7, EvmFork.Istanbul, 0, 6_000)]
    [InlineData(8, EvmFork.Byzantium, 384, 260_000)]
    [InlineData(8, EvmFork.Istanbul, 384, 113_000)]
    [InlineData(0x0A, EvmFork.Cancun, 192, 50_000)]
    [InlineData(0x0C, EvmFork.Prague, 320, 22_776)]
    [InlineData(0x0C, EvmFork.Prague, 160 * 200, 1_245_600)]
    [InlineData(0x0E, EvmFork.Prague, 288 * 3, 62_302)]
    [InlineData(0x0F, EvmFork.Prague, 768, 102_900)]
    public void Curves_are_priced_by_fork_and_length(ulong number, EvmFork fork, int length, long gas) =>
        Assert.Equal(gas, Contract.Number(number, fork).Gas(new byte[length], fork));

    [VectorFact("state-tests.tar.gz")]
    public void Kzg_proofs_of_the_consensus_vectors_hold_or_fail()
    {
        int right = 0, wrong = 0, seen = 0;
        StateTestProbe.ForEach("state-tests.tar.gz", "eip4844_blobs/point_evaluation_precompile_external_vectors", test =>
        {
            if (seen++ % 3 != 0) return;
            bool isCorrect = test.Name.Contains("case_correct_proof", StringComparison.Ordinal);
            string? output = Contract.Run(10, test.Value.GetProperty("transaction").GetProperty("data")[0].GetString()!, EvmFork.Cancun);
            Assert.True(isCorrect == output is not null, test.Name);
            if (isCorrect) right++; else wrong++;
            if (output is not null) Assert.Equal("1000".PadLeft(64, '0') + "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", output);
        });
        log.WriteLine($"{right} right, {wrong} wrong");
        Assert.True(right > 5 && wrong > 5);
    }

    [Fact]
    public void Multiples_on_BLS12_381_split_as_sums()
    {
        string g1 = Contract.Run(0x10, new string('0', 127) + "7")!, g2 = Contract.Run(0x11, new string('0', 255) + "7")!;
        string a = "1234567890abcdef".PadLeft(64, '0'), b = "fedcba0987654321".PadLeft(64, '0'), sum = "11111108218111110".PadLeft(64, '0');
        foreach ((ulong add, ulong multiply, string g) in (ReadOnlySpan<(ulong, ulong, string)>)[(0x0B, 0x0C, g1), (0x0D, 0x0E, g2)])
        {
            string whole = Contract.Run(multiply, g + sum)!;
            Assert.Equal(whole, Contract.Run(add, Contract.Run(multiply, g + a) + Contract.Run(multiply, g + b)));
            Assert.Equal(whole, Contract.Run(multiply, g + a + g + b));
            Assert.Equal(new string('0', g.Length), Contract.Run(multiply, g + "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"));
        }
    }

    /// <summary>The parts into which endomorphisms split a scalar have either sign and any length: sums of doublings know nothing of them.</summary>
    [Fact]
    public void Multiples_by_random_numbers_equal_doubling_and_adding()
    {
        var random = new Random(1217);
        BigInteger order = BigInteger.Parse("52435875175126190479447740508185965837690552500527637822603658699938581184513");
        string g1 = Contract.Run(0x10, new string('0', 127) + "3")!, g2 = Contract.Run(0x11, new string('0', 255) + "3")!;
        foreach ((ulong add, ulong multiply, string g, BigInteger r) in
            (ReadOnlySpan<(ulong, ulong, string, BigInteger)>)[(6, 7, G1, R), (0x0B, 0x0C, g1, order), (0x0D, 0x0E, g2, order)])
        {
            BigInteger[] edges = [1, 2, r - 1, r - 2, r, r + 1, r / 2, (BigInteger.One << 256) - 1, BigInteger.One << 128, BigInteger.One << 64];
            for (int i = 0; i < 24; i++)
            {
                byte[] bytes = new byte[1 + (i * 31 % 32)];
                random.NextBytes(bytes);
                BigInteger k = i < edges.Length ? edges[i] : new BigInteger(bytes, isUnsigned: true);
                Assert.Equal(DoubleAndAdd(add, g, k % r), Contract.Run(multiply, g + Word(k)));
            }
        }
    }

    private static string DoubleAndAdd(ulong add, string point, BigInteger factor)
    {
        string sum = new('0', point.Length);
        for (int bit = 255; bit >= 0; bit--)
        {
            sum = Contract.Run(add, sum + sum)!;
            if (!((factor >> bit) & 1).IsZero) sum = Contract.Run(add, sum + point)!;
        }
        return sum;
    }

    [Fact]
    public void Long_sums_on_BLS12_381_cross_the_chunks()
    {
        string g = Contract.Run(0x10, new string('0', 127) + "5")!, input = "";
        for (int k = 1; k <= 130; k++) input += g + k.ToString("x").PadLeft(64, '0');
        Assert.Equal(Contract.Run(0x0C, g + (130 * 131 / 2).ToString("x").PadLeft(64, '0')), Contract.Run(0x0C, input));
        (g, input) = (Contract.Run(0x11, new string('0', 255) + "5")!, "");
        for (int k = 1; k <= 40; k++) input += g + k.ToString("x").PadLeft(64, '0');
        Assert.Equal(Contract.Run(0x0E, g + (40 * 41 / 2).ToString("x").PadLeft(64, '0')), Contract.Run(0x0E, input));
    }

    [Fact]
    public void No_input_makes_a_contract_throw()
    {
        var random = new Random(11);
        for (ulong number = 1; number <= 0x11; number++)
        {
            for (int turn = 0; turn < 60; turn++)
            {
                byte[] input = new byte[random.Next(0, 600)];
                if (turn % 3 == 0) random.NextBytes(input);
                if (turn % 3 == 1 && input.Length > 0) input[random.Next(input.Length)] = 1;
                long gas = Contract.Number(number).Gas(input, EvmFork.Osaka);
                if (gas < 10_000_000) Contract.Run(number, input);
            }
        }
    }

    private static string Times(string point, BigInteger factor) => Contract.Run(7, point + Word(factor))!;

    private static string Word(BigInteger value) =>
        Convert.ToHexStringLower(value.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(64, '0');

    private static (BigInteger X, BigInteger Y) AffineSum((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        BigInteger slope = a == b
            ? 3 * a.X * a.X * BigInteger.ModPow(2 * a.Y, P - 2, P)
            : (b.Y - a.Y + P) * BigInteger.ModPow(b.X - a.X + P, P - 2, P);
        BigInteger x = ((((slope * slope) - a.X - b.X) % P) + P) % P;
        return (x, ((((slope * (a.X - x)) - a.Y) % P) + P) % P);
    }
}
