using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>
/// An account that differs from the backend. Apply in this order: if <see cref="IsStorageWiped"/> drop all stored slots; if not
/// <see cref="Exists"/> remove the account; else write it, then the slots (zero removes).
/// </summary>
public readonly record struct AccountChange(
    Address Address, bool Existed, bool Exists, ulong Nonce, UInt256 Balance, Hash256 CodeHash, bool IsCodeNew, bool IsStorageWiped,
    int FirstSlot, int SlotCount);

/// <summary>A slot of the account before it, with its new value.</summary>
public readonly record struct SlotChange(UInt256 Key, UInt256 Value);
