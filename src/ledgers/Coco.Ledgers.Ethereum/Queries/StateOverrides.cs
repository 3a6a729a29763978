using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Evm.State;

namespace Coco.Ledgers.Ethereum;

/// <summary>What a simulation pretends an account to hold; null: what it holds.</summary>
internal sealed record AccountOverride
{
    public ulong? Nonce { get; init; }
    public UInt256? Balance { get; init; }
    public ReadOnlyMemory<byte>? Code { get; init; }

    /// <summary>All of the storage.</summary>
    public IReadOnlyList<(UInt256 Slot, UInt256 Value)>? State { get; init; }

    /// <summary>Some slots; the others stay.</summary>
    public IReadOnlyList<(UInt256 Slot, UInt256 Value)>? StateDiff { get; init; }

    /// <summary>Where the precompiled contract of this address goes.</summary>
    public Address? MovePrecompileTo { get; init; }
}

/// <summary>The state overrides of a call, in the order in which they were given.</summary>
internal sealed class StateOverrides
{
    private readonly List<(Address Address, AccountOverride Account)> _accounts = [];

    /// <summary>The slots that are set.</summary>
    public int Slots { get; private set; }

    /// <summary>Accounts that get code and keep slots, which the code can tell.</summary>
    public IEnumerable<Address> Opened =>
        _accounts.Where(static entry => entry.Account is { Code: not null, State: null }).Select(static entry => entry.Address);

    /// <summary>One that was given before is replaced.</summary>
    public void Set(in Address address, AccountOverride account)
    {
        Address wanted = address;
        _accounts.RemoveAll(entry => entry.Address == wanted);
        _accounts.Add((address, account));
        Slots += (account.State?.Count ?? 0) + (account.StateDiff?.Count ?? 0);
    }

    /// <summary>Checks, and takes the precompiled contracts that are moved or replaced away; the error in geth's words.</summary>
    public string? Move(MovedPrecompiles precompiles)
    {
        var taken = new HashSet<Address>();
        foreach ((Address address, AccountOverride account) in _accounts)
        {
            if (taken.Contains(address)) return $"account {Checksums.Of(address)} has already been overridden by a precompile";
            Precompile? precompile = precompiles.At(address);
            if (account.MovePrecompileTo is { } target)
            {
                if (precompile is null) return $"account {Checksums.Of(address)} is not a precompile";
                if (_accounts.Exists(entry => entry.Address == target))
                    return $"account {Checksums.Of(target)} is already overridden";
                precompiles.Put(target, precompile);
                taken.Add(target);
            }
            if (precompile is not null) precompiles.Remove(address);
            if (account.State is not null && account.StateDiff is not null)
                return $"account {Checksums.Of(address)} has both 'state' and 'stateDiff'";
        }
        return null;
    }

    /// <summary>Changes the state, between transactions.</summary>
    public void Apply(JournaledState state)
    {
        foreach ((Address address, AccountOverride account) in _accounts)
        {
            int index = state.Account(address);
            if (account.Nonce is { } nonce) state.SetNonce(index, nonce);
            if (account.Code is { } code) state.SetCode(index, code.Span);
            if (account.Balance is { } balance) state.SetBalance(index, balance);
            if (account.State is not null) state.WipeStorage(index);
            foreach ((UInt256 slot, UInt256 value) in account.State ?? account.StateDiff ?? [])
                state.SetSlot(state.Slot(index, slot), value);
        }
        state.FinishTransaction(deleteEmpty: false);
    }
}
