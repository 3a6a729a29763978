using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A transaction in the pool.</summary>
internal sealed class PoolEntry(AdmittedEthereumTransaction transaction, Turn turn, NodeId origin)
{
    public AdmittedEthereumTransaction Transaction { get; } = transaction;

    /// <summary>A replacement keeps the turn of what it replaced.</summary>
    public Turn Turn { get; } = turn;

    /// <summary>The VN whose share it takes.</summary>
    public NodeId Origin { get; } = origin;

    public bool IsOwn { get; set; } = origin == NodeId.None;
    public bool IsTaken { get; set; }
    public ulong Nonce => Transaction.Evm.Nonce;
}

/// <summary>What waits of one sender, by nonce.</summary>
internal sealed class SenderQueue(in Address sender)
{
    public Address Sender { get; } = sender;
    public List<PoolEntry> Entries { get; } = [];

    /// <summary>The sender's nonce in the state that the pool saw last.</summary>
    public ulong StateNonce { get; set; }

    /// <summary>The arrival under which it stands in the ready heap; -1 if it does not.</summary>
    public long ReadyAs { get; set; } = -1;

    /// <summary>Its place in the pool's list of senders.</summary>
    public int Place { get; set; }

    /// <summary>Where a nonce is or would be.</summary>
    public int Find(ulong nonce, out bool isThere)
    {
        int low = 0, high = Entries.Count;
        // Mostly the newest goes to the end.
        if (high > 0 && Entries[high - 1].Nonce < nonce) low = high;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Entries[middle].Nonce < nonce) low = middle + 1;
            else high = middle;
        }
        isThere = low < Entries.Count && Entries[low].Nonce == nonce;
        return low;
    }

    /// <summary>The nonce that the first entry must have to be next.</summary>
    public ulong FirstNonce => Entries.Count > 0 && Entries[0].IsTaken ? Entries[0].Nonce : StateNonce;

    /// <summary>Nonces are distinct and in order, so place and nonce tell whether there is a gap before.</summary>
    public bool IsNext(int place) => Entries[place].Nonce == FirstNonce + (ulong)place;

    /// <summary>The first entry that is not taken, if it can be executed now.</summary>
    public PoolEntry? Next()
    {
        int place = 0;
        while (place < Entries.Count && Entries[place].IsTaken) place++;
        return place < Entries.Count && IsNext(place) ? Entries[place] : null;
    }
}
