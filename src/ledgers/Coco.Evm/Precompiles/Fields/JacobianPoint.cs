namespace Coco.Evm.Precompiles.Fields;

/// <summary>
/// (X / Z^2, Y / Z^3) on y^2 = x^3 + b; Z = 0 is infinity. Formulas: hyperelliptic.org/EFD, short Weierstrass with a = 0:
/// dbl-2009-l, add-2007-bl, madd-2007-bl.
/// </summary>
internal readonly struct JacobianPoint<F>(in F x, in F y, in F z) where F : unmanaged, IField<F>
{
    internal readonly F X = x, Y = y, Z = z;

    internal JacobianPoint(in AffinePoint<F> point) : this(point.X, point.Y, point.IsInfinity ? F.Zero : F.One) { }

    internal static JacobianPoint<F> Infinity => default;

    internal bool IsInfinity => Z.IsZero;

    internal AffinePoint<F> ToAffine()
    {
        if (IsInfinity) return default;
        F inverse = Z.Invert(), square = inverse.Square();
        return new AffinePoint<F>(X * square, Y * (square * inverse));
    }

    /// <summary>Whether both are the same point, whatever their Z.</summary>
    internal bool IsSameAs(in JacobianPoint<F> other)
    {
        if (IsInfinity || other.IsInfinity) return IsInfinity == other.IsInfinity;
        F zz = Z.Square(), otherZz = other.Z.Square();
        return X * otherZz == other.X * zz && Y * (otherZz * other.Z) == other.Y * (zz * Z);
    }

    public static JacobianPoint<F> operator -(in JacobianPoint<F> a) => new(a.X, -a.Y, a.Z);

    internal JacobianPoint<F> Double()
    {
        F a = X.Square(), b = Y.Square(), c = b.Square();
        F d = ((X + b).Square() - a - c).Double(), e = a.Double() + a;
        F x = e.Square() - d.Double();
        F y = (e * (d - x)) - c.Double().Double().Double();
        return new JacobianPoint<F>(x, y, (Y * Z).Double());
    }

    public static JacobianPoint<F> operator +(in JacobianPoint<F> a, in JacobianPoint<F> b)
    {
        if (a.IsInfinity) return b;
        if (b.IsInfinity) return a;
        F z1z1 = a.Z.Square(), z2z2 = b.Z.Square();
        F u1 = a.X * z2z2, u2 = b.X * z1z1;
        F s1 = a.Y * (b.Z * z2z2), s2 = b.Y * (a.Z * z1z1);
        F h = u2 - u1, difference = s2 - s1;
        if (h.IsZero) return difference.IsZero ? a.Double() : Infinity;
        F i = h.Double().Square(), j = h * i, r = difference.Double(), v = u1 * i;
        F x = r.Square() - j - v.Double();
        F y = (r * (v - x)) - (s1 * j).Double();
        F z = ((a.Z + b.Z).Square() - z1z1 - z2z2) * h;
        return new JacobianPoint<F>(x, y, z);
    }

    public static JacobianPoint<F> operator +(in JacobianPoint<F> a, in AffinePoint<F> b)
    {
        if (b.IsInfinity) return a;
        if (a.IsInfinity) return new JacobianPoint<F>(b);
        F zz = a.Z.Square();
        F h = (b.X * zz) - a.X, difference = (b.Y * (a.Z * zz)) - a.Y;
        if (h.IsZero) return difference.IsZero ? a.Double() : Infinity;
        F hh = h.Square(), i = hh.Double().Double(), j = h * i, r = difference.Double(), v = a.X * i;
        F x = r.Square() - j - v.Double();
        F y = (r * (v - x)) - (a.Y * j).Double();
        F z = (a.Z + h).Square() - zz - hh;
        return new JacobianPoint<F>(x, y, z);
    }

    /// <summary>The multiple by a 64-bit number of few set bits: curve parameters.</summary>
    internal JacobianPoint<F> MultiplySparse(ulong scalar)
    {
        JacobianPoint<F> result = Infinity;
        for (int bit = 63 - System.Numerics.BitOperations.LeadingZeroCount(scalar); bit >= 0; bit--)
        {
            result = result.Double();
            if (((scalar >> bit) & 1) != 0) result += this;
        }
        return result;
    }
}
