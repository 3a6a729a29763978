using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>
/// Square roots in Fp2 by the complex method (Scott, "Implementing cryptographic pairings", 2007, 4.2): one root in Fp of the norm,
/// and one power that serves as a root and as an inverse.
/// </summary>
internal static class SquareRootFp2
{
    private static readonly Fp Half = Fp.FromSmall(2).Invert();

    internal static bool TryCompute(in Fp2<Fp> value, out Fp2<Fp> root)
    {
        root = default;
        if (value.C1.IsZero)
        {
            bool isSquare = value.C0.TrySquareRoot(out Fp real);
            root = isSquare ? new Fp2<Fp>(real, Fp.Zero) : new Fp2<Fp>(Fp.Zero, real);
            return true;
        }
        // A number is a square if its norm is one in Fp.
        if (!(value.C0.Square() + value.C1.Square()).TrySquareRoot(out Fp norm)) return false;
        Fp d = (value.C0 + norm) * Half, power = d.QuarterPower(), c = power * d, s = value.C1 * power * Half;
        // The power times c is 1 or -1. If d is no square, -d is, and -value.C1^2 / (4 d) is the square of the real part.
        root = c.Square() == d ? new Fp2<Fp>(c, s) : new Fp2<Fp>(-s, c);
        return true;
    }
}
