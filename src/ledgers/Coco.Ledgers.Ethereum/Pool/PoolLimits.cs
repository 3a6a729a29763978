namespace Coco.Ledgers.Ethereum;

/// <summary>Bounds of the pool.</summary>
public static class PoolLimits
{
    /// <summary>
    /// All that waits, shared between VNs: some seconds of full load, about 1 KB each. Larger ones count for as many as there are slots
    /// (<see cref="FairOrder.SlotBytes"/>) in them, so that all together have 256 MiB at most.
    /// </summary>
    public const int Transactions = 65_536;

    /// <summary>Of one sender, so that one cannot fill the pool.</summary>
    public const int OfOneSender = 4_096;

    /// <summary>How much more a replacement must pay, in percent: as geth.</summary>
    public const ulong PriceBumpPercent = 10;

    /// <summary>Senders looked at per commit for transactions that others made impossible.</summary>
    public const int SendersSweptPerCommit = 16;
}
