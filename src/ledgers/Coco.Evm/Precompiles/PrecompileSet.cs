namespace Coco.Evm.Precompiles;

/// <summary>Which precompiled contract lives at which address under which fork.</summary>
public static class PrecompileSet
{
    /// <summary>The contract at an address, or null where ordinary code counts.</summary>
    public static Precompile? At(in Address address, EvmFork fork) => null;

    public static bool IsPrecompile(in Address address, EvmFork fork) => At(address, fork) is not null;
}
