using Coco.Evm;
using Coco.Evm.State;

namespace Coco.Ledgers.Ethereum;

/// <summary>An account that exists from the start.</summary>
public sealed record GenesisAccount(
    Address Address, ulong Nonce, UInt256 Balance, ReadOnlyMemory<byte> Code, IReadOnlyList<(UInt256 Slot, UInt256 Value)> Storage)
{
    /// <summary>Makes the account in a state that has none at its address.</summary>
    public void Create(JournaledState state)
    {
        int account = state.Account(Address);
        state.SetBalance(account, Balance);
        state.SetNonce(account, Nonce);
        state.SetCode(account, Code.Span);
        foreach ((UInt256 slot, UInt256 value) in Storage) state.SetSlot(state.Slot(account, slot), value);
    }
}
