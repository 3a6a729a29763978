using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>xi = 1 + i (EIP-2537).</summary>
internal readonly struct Bls12381Tower : ITower<Fp>
{
    private static readonly Fp2<Fp> Root = new Fp2<Fp>(Fp.One, Fp.One).Power(
    [
        0x49AA7FFFFFFFF1C7, 0x051CAAAA72E35555, 0xE688231AD3C82906, 0xE613E1EB7DEB831F, 0x0C849BF3B5E1F223, 0x045582FC5EEAA66F,
    ]);

    public static Fp2<Fp> FrobeniusRoot => Root;

    public static Fp2<Fp> MultiplyByXi(in Fp2<Fp> a) => new(a.C0 - a.C1, a.C0 + a.C1);
}
