using System.Runtime.CompilerServices;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>
/// Up to four pairs of points in lanes, and the running points of the Miller loop on the twist, homogeneous (X / Z, Y / Z). Formulas:
/// Costello, Lange, Naehrig, "Faster pairing computations on curves with high-degree twists" (2010). Lanes without a pair hold zeros.
/// </summary>
[SkipLocalsInit]
internal struct PairLanes<L> where L : unmanaged, ILaneNumber<L>
{
    /// <summary>Pairs that fit.</summary>
    internal const int Capacity = LaneLimbs.Lanes;

    /// <summary>The points of the first group, and their coordinates negated.</summary>
    internal L Px, Py, NegativePx, NegativePy;

    /// <summary>The points of the second group, and their y negated.</summary>
    internal Fp2Lanes<L> Qx, Qy, NegativeQy;

    private Fp2Lanes<L> _x, _y, _z;

    /// <summary>Begins the loop at the points of the second group, of which <paramref name="one"/> is the Z.</summary>
    internal void Start(in L one)
    {
        (_x, _y) = (Qx, Qy);
        (_z.C0, _z.C1) = (one, default);
        Negate(Px, out NegativePx);
        Negate(Py, out NegativePy);
        Negate(Qy.C0, out NegativeQy.C0);
        Negate(Qy.C1, out NegativeQy.C1);
    }

    /// <summary>The tangents.</summary>
    internal void Double<T>(out LineLanes<L> line) where T : ILaneTower<L>
    {
        Fp2Lanes<L>.Square(_y, out Fp2Lanes<L> b);
        Fp2Lanes<L>.Square(_z, out Fp2Lanes<L> c);
        Fp2Lanes<L>.Square(_x, out Fp2Lanes<L> j);
        Fp2Lanes<L>.Add(_y, _z, out Fp2Lanes<L> h);
        Fp2Lanes<L>.Square(h, out h);
        T.MultiplyByThreeTwistB(c, out Fp2Lanes<L> e);
        Fp2Lanes<L>.Subtract(h, b, out h);
        SubtractTight(h, c, out h);
        Fp2Lanes<L>.Scale(h, NegativePy, out line.Y);
        Fp2Lanes<L>.Add(j, j, out Fp2Lanes<L> twice);
        Fp2Lanes<L>.Add(twice, j, out j);
        Fp2Lanes<L>.Scale(j, Px, out line.X);
        SubtractTight(e, b, out line.Constant);
        // The point is scaled by four against the paper, which halves instead.
        Fp2Lanes<L>.Multiply(_x, _y, out Fp2Lanes<L> xy);
        Fp2Lanes<L>.Add(e, e, out Fp2Lanes<L> f);
        Fp2Lanes<L>.Add(f, e, out f);
        SubtractTight(b, f, out Fp2Lanes<L> difference);
        Fp2Lanes<L>.Add(xy, xy, out xy);
        Fp2Lanes<L>.Multiply(xy, difference, out _x);
        Fp2Lanes<L>.Add(b, f, out Fp2Lanes<L> g);
        Fp2Lanes<L>.Reduce(ref g);
        Fp2Lanes<L>.Square(g, out g);
        Fp2Lanes<L>.Square(e, out e);
        SubtractTwelve(g, e, out _y);
        Fp2Lanes<L>.Add(b, b, out b);
        Fp2Lanes<L>.Add(h, h, out h);
        Fp2Lanes<L>.Multiply(b, h, out _z);
    }

    /// <summary>The lines through the running points and others.</summary>
    internal void Add(in Fp2Lanes<L> otherX, in Fp2Lanes<L> otherY, out LineLanes<L> line)
    {
        SubtractProduct(_y, otherY, _z, out Fp2Lanes<L> o);
        SubtractProduct(_x, otherX, _z, out Fp2Lanes<L> l);
        Fp2Lanes<L>.Square(o, out Fp2Lanes<L> c);
        Fp2Lanes<L>.Square(l, out Fp2Lanes<L> d);
        Fp2Lanes<L>.Multiply(l, d, out Fp2Lanes<L> e);
        Fp2Lanes<L>.Multiply(_z, c, out Fp2Lanes<L> f);
        Fp2Lanes<L>.Multiply(_x, d, out Fp2Lanes<L> g);
        Fp2Lanes<L>.Add(e, f, out Fp2Lanes<L> h);
        Fp2Lanes<L>.Subtract(h, g, out h);
        SubtractTight(h, g, out h);
        Fp2Lanes<L>.Scale(l, Py, out line.Y);
        Fp2Lanes<L>.Scale(o, NegativePx, out line.X);
        Fp2Lanes<L>.Multiply(otherX, o, out Fp2Lanes<L> left);
        SubtractProduct(left, l, otherY, out line.Constant);
        SubtractTight(g, h, out g);
        Fp2Lanes<L>.Multiply(g, o, out left);
        SubtractProduct(left, _y, e, out _y);
        Fp2Lanes<L>.Multiply(l, h, out _x);
        Fp2Lanes<L>.Multiply(e, _z, out _z);
    }

    private static void Negate(in L a, out L negative)
    {
        LaneLimbs.Negate(a, out negative);
        L.Reduce(ref negative);
    }

    private static void SubtractTight(in Fp2Lanes<L> a, in Fp2Lanes<L> b, out Fp2Lanes<L> difference)
    {
        Fp2Lanes<L>.Subtract(a, b, out difference);
        Fp2Lanes<L>.Reduce(ref difference);
    }

    /// <summary>a - b c</summary>
    private static void SubtractProduct(in Fp2Lanes<L> a, in Fp2Lanes<L> b, in Fp2Lanes<L> c, out Fp2Lanes<L> difference)
    {
        Fp2Lanes<L>.Multiply(b, c, out Fp2Lanes<L> product);
        SubtractTight(a, product, out difference);
    }

    /// <summary>a - 12 b</summary>
    private static void SubtractTwelve(in Fp2Lanes<L> a, in Fp2Lanes<L> b, out Fp2Lanes<L> difference)
    {
        Fp2Lanes<L>.Add(b, b, out Fp2Lanes<L> four);
        Fp2Lanes<L>.Add(four, four, out four);
        Fp2Lanes<L>.Subtract(a, four, out difference);
        Fp2Lanes<L>.Subtract(difference, four, out difference);
        SubtractTight(difference, four, out difference);
    }
}
