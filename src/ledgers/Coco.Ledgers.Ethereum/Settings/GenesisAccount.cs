using Coco.Evm;

namespace Coco.Ledgers.Ethereum;

/// <summary>An account that exists from the start.</summary>
public sealed record GenesisAccount(
    Address Address, ulong Nonce, UInt256 Balance, ReadOnlyMemory<byte> Code, IReadOnlyList<(UInt256 Slot, UInt256 Value)> Storage);
