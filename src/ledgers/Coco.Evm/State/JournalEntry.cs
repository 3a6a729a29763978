namespace Coco.Evm.State;

internal enum JournalKind : byte
{
    Balance,
    Nonce,
    Code,
    Existence,
    Touch,
    Creation,
    Destruction,
    WarmAccount,
    WarmSlot,
    Storage,
    Transient,
}

/// <summary>How to undo one change: what was changed, and what it was before.</summary>
internal struct JournalEntry
{
    public UInt256 Old;
    public int Index;
    public JournalKind Kind;
}
