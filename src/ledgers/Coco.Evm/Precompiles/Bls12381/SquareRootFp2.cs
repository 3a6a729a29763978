using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>Square roots in Fp2 for p = 3 mod 4 (Adj and Rodriguez-Henriquez, "Square root computation over even extension fields", 2012).</summary>
internal static class SquareRootFp2
{
    private static ReadOnlySpan<ulong> QuarterOfPMinus3 =>
    [
        0xEE7FBFFFFFFFEAAA, 0x07AAFFFFAC54FFFF, 0xD9CC34A83DAC3D89, 0xD91DD2E13CE144AF, 0x92C6E9ED90D2EB35, 0x0680447A8E5FF9A6,
    ];

    private static ReadOnlySpan<ulong> HalfOfPMinus1 =>
    [
        0xDCFF7FFFFFFFD555, 0x0F55FFFF58A9FFFF, 0xB39869507B587B12, 0xB23BA5C279C2895F, 0x258DD3DB21A5D66B, 0x0D0088F51CBFF34D,
    ];

    internal static bool TryCompute(in Fp2<Fp> value, out Fp2<Fp> root)
    {
        Fp2<Fp> a1 = value.Power(QuarterOfPMinus3), x0 = a1 * value, alpha = a1 * x0;
        root = alpha == -Fp2<Fp>.One
            ? new Fp2<Fp>(-x0.C1, x0.C0)
            : (Fp2<Fp>.One + alpha).Power(HalfOfPMinus1) * x0;
        return root.Square() == value;
    }
}
