using System.Numerics;
using Coco.Evm;

namespace Coco.Ledgers.Tests.Precompiles;

/// <summary>Pairings work on four pairs at a time: what they answer depends on neither number nor order of the pairs.</summary>
public sealed class PairingTests
{
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string Bn254G2 =
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        + "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";

    private static readonly BigInteger Bn254Order = BigInteger.Parse("21888242871839275222246405745257275088548364400416034343698204186575808495617");
    private static readonly BigInteger BlsOrder = BigInteger.Parse("52435875175126190479447740508185965837690552500527637822603658699938581184513");
    private static readonly BigInteger BlsModulus = BigInteger.Parse(
        "4002409555221667393417789825735904156556882819939007885332058136124031650490837864442687629129015664037894272559787");

    private static readonly string Zero = new('0', 64), BlsG1 = Contract.Run(0x10, new string('0', 127) + "3")!, BlsG2 = Contract.Run(0x11, new string('0', 255) + "3")!;

    [Theory]
    [InlineData(8)]
    [InlineData(15)]
    public void Any_number_of_pairs_multiplies_to_one_when_the_factors_add_up_to_zero(ulong number)
    {
        var random = new Random(41);
        for (int count = 1; count <= 10; count++)
        {
            var factors = new List<BigInteger>();
            for (int i = 1; i < count; i++) factors.Add(random.NextInt64());
            BigInteger sum = factors.Aggregate(BigInteger.Zero, (all, next) => all + next);
            factors.Add(OrderOf(number) - sum);
            if (count == 1) factors[0] = 0;
            Assert.Equal(One, Contract.Run(number, Pairs(number, factors)));
            factors[random.Next(count)] += 1;
            Assert.Equal(Zero, Contract.Run(number, Pairs(number, factors)));
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(15)]
    public void Pairs_with_infinity_do_not_count_wherever_they_stand(ulong number)
    {
        string g1 = number == 8 ? One + One[..63] + "2" : BlsG1, g2 = G2Of(number), none1 = new('0', g1.Length), none2 = new('0', g2.Length);
        string pair = g1 + g2, opposite = Times(number, g1, OrderOf(number) - 1) + g2;
        for (int place = 0; place <= 6; place++)
        {
            string input = "";
            for (int i = 0; i < 7; i++) input += i == place ? pair : i % 2 == 0 ? none1 + g2 : g1 + none2;
            Assert.Equal(One, Contract.Run(number, input + opposite));
            Assert.Equal(Zero, Contract.Run(number, input));
        }
    }

    [Fact]
    public void One_point_outside_the_group_is_found_in_any_lane()
    {
        string wrong1 = PointFrom(5), wrong2 = OutsideG2();
        Assert.NotNull(Contract.Run(0x0B, wrong1 + wrong1));
        Assert.NotNull(Contract.Run(0x0D, wrong2 + wrong2));
        for (int place = 0; place < 6; place++)
        {
            string first = "", second = "", terms1 = "", terms2 = "";
            for (int i = 0; i < 6; i++)
            {
                string p = i == place ? wrong1 : BlsG1, q = i == place ? wrong2 : BlsG2;
                (first, second) = (first + p + BlsG2, second + BlsG1 + q);
                (terms1, terms2) = (terms1 + p + One, terms2 + q + One);
            }
            Assert.Null(Contract.Run(15, first));
            Assert.Null(Contract.Run(15, second));
            Assert.Null(Contract.Run(0x0C, terms1));
            Assert.Null(Contract.Run(0x0E, terms2));
        }
    }

    /// <summary>Points of small order meet infinity and themselves on the way of the test of membership.</summary>
    [Fact]
    public void Points_of_small_order_are_outside_the_group()
    {
        // The order of the curve is r times 3 and the squares of these others; the group has no element of a square's order.
        BigInteger exponent = BlsOrder * 3 * 11 * 10177 * 859267 * 52437899;
        foreach (int order in (ReadOnlySpan<int>)[3, 11, 33])
        {
            string point = new('0', BlsG1.Length);
            for (BigInteger x = 5; !point.AsSpan().ContainsAnyExcept('0'); x++)
                point = DoubleAndAdd(0x0B, PointFrom(x), exponent / order);
            Assert.Equal(point, DoubleAndAdd(0x0B, point, order + 1));
            Assert.Null(Contract.Run(0x0C, point + One));
            Assert.Null(Contract.Run(15, point + BlsG2));
        }
    }

    private static string Pairs(ulong number, List<BigInteger> factors)
    {
        string g1 = number == 8 ? One + One[..63] + "2" : BlsG1;
        return string.Concat(factors.Select(factor => Times(number, g1, factor % OrderOf(number)) + G2Of(number)));
    }

    private static BigInteger OrderOf(ulong number) => number == 8 ? Bn254Order : BlsOrder;

    private static string G2Of(ulong number) => number == 8 ? Bn254G2 : BlsG2;

    private static string Times(ulong number, string point, BigInteger factor) => Contract.Run(number == 8 ? 7UL : 0x0CUL, point + Word(factor, 32))!;

    /// <summary>A point of the curve y^2 = x^3 + 4 at the first x from here on that has one.</summary>
    private static string PointFrom(BigInteger x)
    {
        for (; ; x++)
        {
            if (Root((x * x * x) + 4) is { } y) return Word(x, 64) + Word(y, 64);
        }
    }

    /// <summary>A point of the twist y^2 = x^3 + 4 (1 + i) at the first real x that has one, by the root of the norm.</summary>
    private static string OutsideG2()
    {
        BigInteger half = (BlsModulus + 1) / 2;
        for (BigInteger x = 1; ; x++)
        {
            BigInteger real = (x * x * x) + 4, imaginary = 4;
            if (Root((real * real) + (imaginary * imaginary)) is not { } norm) continue;
            if ((Root((real + norm) * half) ?? Root((real - norm) * half)) is not { } c0) continue;
            BigInteger c1 = imaginary * half * BigInteger.ModPow(c0, BlsModulus - 2, BlsModulus) % BlsModulus;
            return Word(x, 64) + Zero + Zero + Word(c0, 64) + Word(c1, 64);
        }
    }

    private static BigInteger? Root(BigInteger square)
    {
        square = ((square % BlsModulus) + BlsModulus) % BlsModulus;
        BigInteger root = BigInteger.ModPow(square, (BlsModulus + 1) / 4, BlsModulus);
        return root * root % BlsModulus == square ? root : null;
    }

    private static string DoubleAndAdd(ulong add, string point, BigInteger factor)
    {
        string sum = new('0', point.Length);
        for (long bit = (long)factor.GetBitLength() - 1; bit >= 0; bit--)
        {
            sum = Contract.Run(add, sum + sum)!;
            if (!((factor >> (int)bit) & 1).IsZero) sum = Contract.Run(add, sum + point)!;
        }
        return sum;
    }

    private static string Word(BigInteger value, int size) =>
        Convert.ToHexStringLower(value.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(2 * size, '0');
}
