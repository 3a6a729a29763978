namespace Coco.Evm.Precompiles;

/// <summary>The precompiled contracts of a simulated block in which some were moved or replaced; the others are the fork's.</summary>
public sealed class MovedPrecompiles(EvmFork fork)
{
    private readonly Dictionary<Address, Precompile?> _changed = [];

    public Precompile? At(in Address address) =>
        _changed.TryGetValue(address, out Precompile? contract) ? contract : PrecompileSet.At(address, fork);

    public void Put(in Address address, Precompile contract) => _changed[address] = contract;

    /// <summary>Ordinary code counts there from now on.</summary>
    public void Remove(in Address address) => _changed[address] = null;
}
