using System.Numerics;
using Coco.Evm;

namespace Coco.Ledgers.Tests.Evm;

/// <summary>All arithmetic against BigInteger, on numbers chosen to hit limb borders. Seed 20260101.</summary>
public sealed class UInt256Tests
{
    private const int Rounds = 20000;
    private static readonly BigInteger Modulus = BigInteger.One << 256;

    private readonly Random _random = new(20260101);

    [Fact]
    public void Addition_subtraction_and_products_wrap_like_integers_modulo_2_to_256() => Each((a, b, x, y) =>
    {
        Same(x + y, a + b);
        Same(x - y, a - b);
        Same(x * y, a * b);
        Same((x * y) >> 256, WideArithmetic.MultiplyHigh(a, b));
        Assert.Equal(BigInteger.Compare(x, y), a.CompareTo(b));
    });

    [Fact]
    public void Quotients_and_remainders_equal_those_of_integers_and_division_by_zero_is_zero() => Each((a, b, x, y) =>
    {
        Same(y.IsZero ? 0 : x / y, a / b);
        Same(y.IsZero ? 0 : x % y, a % b);
        BigInteger s = Signed(x), t = Signed(y);
        Same(t.IsZero ? 0 : BigInteger.Divide(s, t), SignedArithmetic.Divide(a, b));
        Same(t.IsZero ? 0 : BigInteger.Remainder(s, t), SignedArithmetic.Modulo(a, b));
        Assert.Equal(s < t, SignedArithmetic.Less(a, b));
    });

    [Fact]
    public void Sums_and_products_under_a_modulus_do_not_lose_their_high_bits() => Each((a, b, x, y) =>
    {
        UInt256 m = Next();
        BigInteger z = m.ToBigInteger();
        Same(z.IsZero ? 0 : (x + y) % z, WideArithmetic.AddModulo(a, b, m));
        Same(z.IsZero ? 0 : x * y % z, WideArithmetic.MultiplyModulo(a, b, m));
    });

    [Fact]
    public void Powers_equal_those_of_integers() => Each((a, b, x, y) =>
        Same(BigInteger.ModPow(x, y, Modulus), WideArithmetic.Power(a, b)), 500);

    [Fact]
    public void Shifts_fill_with_zeros_or_with_the_sign() => Each((a, b, x, y) =>
    {
        int count = _random.Next(300);
        Same(x << count, a << count);
        Same(x >> count, a >> count);
        Same(Signed(x) >> count, SignedArithmetic.ShiftRight(a, count));
        Assert.Equal(x.IsZero ? 0 : (int)x.GetBitLength(), a.BitLength);
    });

    [Fact]
    public void A_word_survives_its_bytes_and_its_text() => Each((a, b, x, y) =>
    {
        Assert.Equal(a, new UInt256((ReadOnlySpan<byte>)a.ToBigEndian()));
        Assert.True(UInt256.TryParse(a.ToString(), out UInt256 hex) && hex == a);
        Assert.True(UInt256.TryParse(x.ToString(), out UInt256 number) && number == a);
        Address address = new(a);
        Same(x % (BigInteger.One << 160), address.ToUInt256());
        Assert.True(Address.TryParse(address.ToString(), out Address same) && same == address);
    }, 500);

    [Fact]
    public void Text_that_is_too_large_or_not_a_number_is_refused()
    {
        Assert.False(UInt256.TryParse(Modulus.ToString(), out _));
        Assert.False(UInt256.TryParse("0x1" + new string('0', 64), out _));
        Assert.False(UInt256.TryParse("0x", out _));
        Assert.False(UInt256.TryParse("12g", out _));
        Assert.True(UInt256.TryParse((Modulus - 1).ToString(), out UInt256 most) && most == UInt256.MaxValue);
    }

    private void Each(Action<UInt256, UInt256, BigInteger, BigInteger> check, int rounds = Rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            UInt256 a = Next(), b = Next();
            check(a, b, a.ToBigInteger(), b.ToBigInteger());
        }
    }

    /// <summary>Limbs that are random, all zeros, all ones or next to it, so that carries and estimates go wrong if they can.</summary>
    private UInt256 Next()
    {
        ulong Limb() => _random.Next(6) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => 1UL << _random.Next(64),
            3 => ulong.MaxValue - (ulong)_random.Next(3),
            _ => (ulong)_random.NextInt64() << 1,
        };
        int limbs = _random.Next(5);
        return new UInt256(limbs > 0 ? Limb() : (ulong)_random.Next(4), limbs > 1 ? Limb() : 0, limbs > 2 ? Limb() : 0, limbs > 3 ? Limb() : 0);
    }

    private static BigInteger Signed(BigInteger value) => value >= Modulus >> 1 ? value - Modulus : value;

    private static void Same(BigInteger expected, UInt256 actual) =>
        Assert.Equal(((expected % Modulus) + Modulus) % Modulus, actual.ToBigInteger());
}
