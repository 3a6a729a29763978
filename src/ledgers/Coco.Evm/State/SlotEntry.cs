namespace Coco.Evm.State;

/// <summary>One storage slot in the batch's cache.</summary>
internal struct SlotEntry
{
    public UInt256 Key;
    public UInt256 Value;

    /// <summary>Value at the start of transaction <see cref="SeenIn"/> (EIP-2200).</summary>
    public UInt256 Original;

    /// <summary>Value in the backend.</summary>
    public UInt256 Base;
    public int Account;
    public int SeenIn, WarmIn;

    /// <summary>Next slot of the same account, -1 at the end.</summary>
    public int Next;
}
