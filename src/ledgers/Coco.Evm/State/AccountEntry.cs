using Coco.Evm.Code;
using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>One account in the batch's cache: now, as the backend has it, and marks that hold for one transaction.</summary>
internal struct AccountEntry
{
    public Address Address;
    public UInt256 Balance;
    public ulong Nonce;
    public Hash256 CodeHash;
    public EvmCode? Code;
    public bool Exists;

    /// <summary>A precompile under the present fork (EIP-2929).</summary>
    public bool IsAlwaysWarm;

    /// <summary>The backend's storage no longer counts: the account was deleted since.</summary>
    public bool StorageWiped;

    /// <summary>As the backend has it.</summary>
    public bool BaseExists;
    public bool BaseHasStorage;
    public UInt256 BaseBalance;
    public ulong BaseNonce;
    public Hash256 BaseCodeHash;

    /// <summary>Number of the transaction in which the mark was set; any other number means unset.</summary>
    public int WarmIn, CreatedIn, DestroyedIn;

    /// <summary>Head of the list of this account's cached slots, -1 for none.</summary>
    public int FirstSlot;

    public readonly bool IsEmpty => Nonce == 0 && Balance.IsZero && CodeHash == EvmCode.EmptyHash;
}
