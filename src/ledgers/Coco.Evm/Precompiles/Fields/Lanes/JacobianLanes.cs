using System.Runtime.CompilerServices;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>
/// Four points (X / Z^2, Y / Z^3) on y^2 = x^3 + b at once. Formulas: hyperelliptic.org/EFD, short Weierstrass with a = 0: dbl-2009-l,
/// madd. Sums do not look for equal points, of which they make Z = 0, as of infinity; it stays zero from there on. Multiples of a point
/// of prime order by numbers below the order never come there.
/// </summary>
[SkipLocalsInit]
internal struct JacobianLanes<E> where E : unmanaged, ILaneField<E>
{
    internal E X, Y, Z;

    /// <summary>The multiple of affine points whose digits are given, the highest last, which is 1: each is 0, 1 or -1.</summary>
    internal static void Multiply(in E x, in E y, in E one, ReadOnlySpan<sbyte> digits, out JacobianLanes<E> multiple)
    {
        (multiple.X, multiple.Y, multiple.Z) = (x, y, one);
        E negativeY = default;
        E.Subtract(negativeY, y, out negativeY);
        E.Reduce(ref negativeY);
        for (int i = digits.Length - 2; i >= 0; i--)
        {
            multiple.Double();
            if (digits[i] > 0) multiple.Add(x, y);
            else if (digits[i] < 0) multiple.Add(x, negativeY);
        }
    }

    internal void Double()
    {
        E.Square(X, out E a);
        E.Square(Y, out E b);
        E.Square(b, out E c);
        E.Add(X, b, out E d);
        E.Square(d, out d);
        E.Subtract(d, a, out d);
        E.Subtract(d, c, out d);
        E.Add(d, d, out d);
        E.Reduce(ref d);
        E.Add(a, a, out E e);
        E.Add(e, a, out e);
        E.Reduce(ref e);
        E.Add(Y, Y, out E twice);
        E.Multiply(twice, Z, out Z);
        E.Square(e, out E f);
        E.Subtract(f, d, out f);
        E.Subtract(f, d, out X);
        E.Reduce(ref X);
        E.Subtract(d, X, out d);
        E.Reduce(ref d);
        E.Multiply(e, d, out d);
        E.Add(c, c, out c);
        E.Add(c, c, out c);
        E.Subtract(d, c, out d);
        E.Subtract(d, c, out Y);
        E.Reduce(ref Y);
    }

    internal void Add(in E otherX, in E otherY)
    {
        E.Square(Z, out E zz);
        E.Multiply(otherX, zz, out E h);
        E.Subtract(h, X, out h);
        E.Reduce(ref h);
        E.Multiply(zz, Z, out zz);
        E.Multiply(otherY, zz, out E r);
        E.Subtract(r, Y, out r);
        E.Reduce(ref r);
        E.Multiply(Z, h, out Z);
        E.Square(h, out E hh);
        E.Multiply(h, hh, out E hhh);
        E.Multiply(X, hh, out E v);
        E.Square(r, out E x);
        E.Subtract(x, hhh, out x);
        E.Subtract(x, v, out x);
        E.Subtract(x, v, out X);
        E.Reduce(ref X);
        E.Subtract(v, X, out v);
        E.Reduce(ref v);
        E.Multiply(r, v, out r);
        E.Multiply(Y, hhh, out hhh);
        E.Subtract(r, hhh, out Y);
        E.Reduce(ref Y);
    }
}
