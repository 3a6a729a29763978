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
    ];

    private static readonly Blake2F Blake2FContract = new();
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
        if (number.U0 == 9 && fork >= EvmFork.Istanbul) return Blake2FContract;
        return number.U0 == P256VerifyAt && fork >= EvmFork.Osaka ? P256VerifyContract : null;
    }

    public static bool IsPrecompile(in Address address, EvmFork fork) => At(address, fork) is not null;
}
