using System.Runtime.InteropServices;

namespace Coco.Evm.State;

/// <summary>All that a batch changed, sorted by address and by slot, in buffers that are used again.</summary>
public sealed class StateChanges
{
    private readonly List<AccountChange> _accounts = [];
    private readonly List<SlotChange> _slots = [];

    public ReadOnlySpan<AccountChange> Accounts => CollectionsMarshal.AsSpan(_accounts);

    /// <summary>The changed slots of an account of this list, ascending.</summary>
    public ReadOnlySpan<SlotChange> Slots(in AccountChange account) =>
        CollectionsMarshal.AsSpan(_slots).Slice(account.FirstSlot, account.SlotCount);

    internal void Clear()
    {
        _accounts.Clear();
        _slots.Clear();
    }

    internal int SlotCount => _slots.Count;

    internal void AddSlot(in UInt256 key, in UInt256 value) => _slots.Add(new SlotChange(key, value));

    internal void AddAccount(in AccountChange account)
    {
        CollectionsMarshal.AsSpan(_slots).Slice(account.FirstSlot, account.SlotCount).Sort(static (a, b) => a.Key.CompareTo(b.Key));
        _accounts.Add(account);
    }

    internal void Sort() => _accounts.Sort(static (a, b) => a.Address.CompareTo(b.Address));
}
