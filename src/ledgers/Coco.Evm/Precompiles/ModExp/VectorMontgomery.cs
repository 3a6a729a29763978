using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>
/// Montgomery multiplication in vectors of four limbs of at most 28 bits, so that the columns of a product fit 64 bits and nothing is
/// carried on the way (Gueron, Krasnov, "Software implementation of modular exponentiation, using advanced vector instructions
/// architectures", 2012). R is at least four times the modulus, so that numbers stay below twice the modulus without a comparison.
/// </summary>
/// <remarks>Safe: numbers have <see cref="Length"/> limbs, <see cref="_rows"/> and four zeros, and no reference goes beyond; that they have is checked on entry.</remarks>
internal readonly ref struct VectorMontgomery : IMontgomery
{
    private const int Step = 4, MaxBits = 28;

    private readonly ReadOnlySpan<ulong> _plain;
    private readonly Span<ulong> _modulus, _columns;
    private readonly ulong _negativeInverse, _mask;
    private readonly int _rows, _bits;

    /// <param name="modulus">Odd, in words.</param>
    /// <param name="scratch">At least <see cref="ScratchFor"/> words.</param>
    internal VectorMontgomery(ReadOnlySpan<ulong> modulus, Span<ulong> scratch)
    {
        _plain = modulus;
        (_rows, _bits) = Shape(modulus.Length);
        _mask = (1UL << _bits) - 1;
        _negativeInverse = (0 - Limbs.InverseOf(modulus[0])) & _mask;
        _modulus = scratch[..Length];
        _columns = scratch.Slice(Length, Length);
        Load(modulus, _modulus);
    }

    public int Length => _rows + Step;

    public int RadixBits => _rows * _bits;

    /// <summary>Words that a modulus of so many words needs, for its limbs and the columns of a product.</summary>
    internal static int ScratchFor(int words) => 2 * (Shape(words).Rows + Step);

    public void Load(ReadOnlySpan<ulong> plain, Span<ulong> held)
    {
        held[_rows..Length].Clear();
        LaneModulus.Split(plain, held[.._rows], _bits);
    }

    public void Leave(Span<ulong> held, Span<ulong> plain)
    {
        Multiply([1, 0, 0, 0], held, held);
        plain.Clear();
        LaneModulus.Join(held[.._rows], plain, _bits);
        if (!Limbs.IsBelow(plain, _plain)) Limbs.Subtract(plain, _plain);
    }

    /// <summary>The first factor may be shorter; what it lacks is zero.</summary>
    public void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(result.Length, Length);
        _columns.Clear();
        ulong carry = 0;
        for (int row = 0; row < _rows; row += Step) MultiplyRows(row < a.Length ? a.Slice(row, Step) : [0, 0, 0, 0], b, ref carry);
        for (int i = 0; i < _rows; i++)
        {
            ulong column = _columns[i] + carry;
            result[i] = column & _mask;
            carry = column >> _bits;
        }
        result[_rows..Length].Clear();
    }

    /// <summary>
    /// Four rows of a product: the columns become (columns + a b + k modulus) / 2^(4 bits) for the k that makes it whole, which the lowest
    /// columns tell.
    /// </summary>
    private void MultiplyRows(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ref ulong carry)
    {
        ref ulong t = ref MemoryMarshal.GetReference(_columns), p = ref MemoryMarshal.GetReference(b), q = ref MemoryMarshal.GetReference(_modulus);
        ulong a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        ulong b0 = p, b1 = At(ref p, 1), b2 = At(ref p, 2), b3 = At(ref p, 3), q0 = q, q1 = At(ref q, 1), q2 = At(ref q, 2), q3 = At(ref q, 3);
        ulong x = t + carry + (a0 * b0), k0 = (x * _negativeInverse) & _mask;
        x = ((x + (k0 * q0)) >> _bits) + At(ref t, 1) + (a0 * b1) + (a1 * b0) + (k0 * q1);
        ulong k1 = (x * _negativeInverse) & _mask;
        x = ((x + (k1 * q0)) >> _bits) + At(ref t, 2) + (a0 * b2) + (a1 * b1) + (a2 * b0) + (k0 * q2) + (k1 * q1);
        ulong k2 = (x * _negativeInverse) & _mask;
        x = ((x + (k2 * q0)) >> _bits) + At(ref t, 3) + (a0 * b3) + (a1 * b2) + (a2 * b1) + (a3 * b0) + (k0 * q3) + (k1 * q2) + (k2 * q1);
        ulong k3 = (x * _negativeInverse) & _mask;
        carry = (x + (k3 * q0)) >> _bits;
        Vector256<ulong> va0 = Vector256.Create(a0), va1 = Vector256.Create(a1), va2 = Vector256.Create(a2), va3 = Vector256.Create(a3);
        Vector256<ulong> vk0 = Vector256.Create(k0), vk1 = Vector256.Create(k1), vk2 = Vector256.Create(k2), vk3 = Vector256.Create(k3);
        for (nint j = Step; j <= _rows; j += Step)
        {
            Vector256<ulong> sum = Four(ref t, j) + LaneLimbs.Product(va0, Four(ref p, j)) + LaneLimbs.Product(vk0, Four(ref q, j));
            sum += LaneLimbs.Product(va1, Four(ref p, j - 1)) + LaneLimbs.Product(vk1, Four(ref q, j - 1));
            sum += LaneLimbs.Product(va2, Four(ref p, j - 2)) + LaneLimbs.Product(vk2, Four(ref q, j - 2));
            sum += LaneLimbs.Product(va3, Four(ref p, j - 3)) + LaneLimbs.Product(vk3, Four(ref q, j - 3));
            sum.StoreUnsafe(ref t, (nuint)(j - Step));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong At(ref ulong first, nint index) => Unsafe.Add(ref first, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Four(ref ulong first, nint index) => Vector256.LoadUnsafe(ref first, (nuint)index);

    /// <summary>The most bits of which a column of all products and carries fits 64, and limbs for four times the modulus.</summary>
    private static (int Rows, int Bits) Shape(int words)
    {
        for (int bits = MaxBits; ; bits--)
        {
            int limbs = ((64 * words) + 2 + bits - 1) / bits, rows = (limbs + Step - 1) / Step * Step;
            if ((ulong)rows < 1UL << (63 - (2 * bits))) return (rows, bits);
        }
    }
}
