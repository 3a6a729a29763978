using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>xi = 9 + i (EIP-197).</summary>
internal readonly struct Bn254Tower : ITower<Fp>
{
    private static readonly Fp2<Fp> Root = new Fp2<Fp>(Fp.FromSmall(9), Fp.One).Power(
        [0x34B017592414D4E1, 0xEE9591C2E6BDA1C2, 0xF40D60F3C0403964, 0x0810B7BDD032F006]);

    public static Fp2<Fp> FrobeniusRoot => Root;

    public static Fp2<Fp> MultiplyByXi(in Fp2<Fp> a)
    {
        Fp2<Fp> nine = a.Double().Double().Double() + a;
        return new Fp2<Fp>(nine.C0 - a.C1, nine.C1 + a.C0);
    }
}
