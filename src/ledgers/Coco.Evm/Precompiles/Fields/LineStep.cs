namespace Coco.Evm.Precompiles.Fields;

/// <summary>
/// The running point of a Miller loop on the twist, homogeneous (X / Z, Y / Z), and the line of its last step before the
/// point of the other group is put in: R0 times its y, R1 times its x, R2. Formulas: Costello, Lange, Naehrig, "Faster
/// pairing computations on curves with high-degree twists" (2010).
/// </summary>
internal struct LineStep<F>(in AffinePoint<Fp2<F>> start) where F : unmanaged, IField<F>
{
    private Fp2<F> _x = start.X, _y = start.Y, _z = Fp2<F>.One;

    internal Fp2<F> R0, R1, R2;

    /// <summary>The tangent; <paramref name="twistB"/> is the constant of the twist's equation.</summary>
    internal void Double(in Fp2<F> twistB)
    {
        Fp2<F> b = _y.Square(), c = _z.Square();
        Fp2<F> e = (c.Double() + c) * twistB, f = e.Double() + e;
        Fp2<F> h = (_y + _z).Square() - b - c, j = _x.Square(), ee = e.Square();
        R0 = -h;
        R1 = j.Double() + j;
        R2 = e - b;
        // The point is scaled by four against the paper, which halves instead.
        Fp2<F> xy = _x * _y, g = b + f;
        _x = (xy * (b - f)).Double();
        _y = g.Square() - (ee.Double() + ee).Double().Double();
        _z = (b * h).Double().Double();
    }

    /// <summary>The line through the running point and another.</summary>
    internal void Add(in AffinePoint<Fp2<F>> other)
    {
        Fp2<F> o = _y - (other.Y * _z), l = _x - (other.X * _z);
        Fp2<F> c = o.Square(), d = l.Square(), e = l * d, f = _z * c, g = _x * d;
        Fp2<F> h = e + f - g.Double();
        R0 = l;
        R1 = -o;
        R2 = (other.X * o) - (l * other.Y);
        _y = ((g - h) * o) - (_y * e);
        _x = l * h;
        _z = e * _z;
    }
}
