using Coco.Evm.Precompiles.Bls12381;
using Coco.Evm.Precompiles.Bn254;
using Coco.Evm.Precompiles.ModExp;

namespace Coco.Evm.Precompiles;

/// <summary>Which precompiled contract lives at which address under which fork.</summary>
public static class PrecompileSet
{
    private const ulong P256VerifyAt = 0x100;

    /// <summary>By number from 1 on, each with the fork that brought it.</summary>
    private static readonly (EvmFork Since, Precompile Contract)[] ByNumber =
    [
        (EvmFork.Frontier, new EcRecover()),
        (EvmFork.Frontier, new Sha256Hash()),
        (EvmFork.Frontier, new Ripemd160Hash()),
        (EvmFork.Frontier, new Identity()),
        (EvmFork.Byzantium, new ModularExponentiation()),
        (EvmFork.Byzantium, new Bn254Add()),
        (EvmFork.Byzantium, new Bn254Multiply()),
        (EvmFork.Byzantium, new Bn254PairingCheck()),
        (EvmFork.Istanbul, new Blake2F()),
        (EvmFork.Cancun, new KzgPointEvaluation()),
        (EvmFork.Prague, new BlsG1Add()),
        (EvmFork.Prague, new BlsG1MultiScalar()),
        (EvmFork.Prague, new BlsG2Add()),
        (EvmFork.Prague, new BlsG2MultiScalar()),
        (EvmFork.Prague, new BlsPairingCheck()),
        (EvmFork.Prague, new BlsMapToG1()),
        (EvmFork.Prague, new BlsMapToG2()),
    ];

    private static readonly P256Verify P256VerifyContract = new();

    /// <summary>The contract at an address, or null where ordinary code counts.</summary>
    public static Precompile? At(in Address address, EvmFork fork)
    {
        UInt256 number = address.ToUInt256();
        if (!number.IsUInt64 || number.U0 > P256VerifyAt) return null;
        if (number.U0 - 1 < (ulong)ByNumber.Length)
        {
            (EvmFork since, Precompile contract) = ByNumber[(int)number.U0 - 1];
            return fork >= since ? contract : null;
        }
        return number.U0 == P256VerifyAt && fork >= EvmFork.Osaka ? P256VerifyContract : null;
    }

    public static bool IsPrecompile(in Address address, EvmFork fork) => At(address, fork) is not null;
}
