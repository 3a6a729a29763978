namespace Coco.Evm.Precompiles.Fields;

/// <summary>A point of y^2 = x^3 + b, or infinity, written (0, 0), which is on none of our curves.</summary>
internal readonly struct AffinePoint<F>(in F x, in F y) where F : unmanaged, IField<F>
{
    internal readonly F X = x, Y = y;

    internal static AffinePoint<F> Infinity => default;

    internal bool IsInfinity => X.IsZero && Y.IsZero;

    internal bool IsOnCurve(in F b) => Y.Square() == (X.Square() * X) + b;

    public static AffinePoint<F> operator -(in AffinePoint<F> a) => new(a.X, -a.Y);
}
