namespace Coco.Ledgers.KeyValue;

/// <summary>The bounds of the key-value ledger, each with its reason.</summary>
public static class Limits
{
    /// <summary>Half of what the store takes.</summary>
    public const int MaxKeyBytes = 512;

    /// <summary>Documents, not files: a batch of the largest still fits into one part of a record.</summary>
    public const int MaxValueBytes = 256 << 10;

    /// <summary>Room for a UUID or a digest in text.</summary>
    public const int MaxIdBytes = 64;

    /// <summary>A compare-and-set carries two values.</summary>
    public const int MaxRequestBytes = (2 * MaxValueBytes) + 2048;

    /// <summary>A request may expire at most this long after the batch that executes it, since its id is remembered until then.</summary>
    public const ulong MaxLifeMs = 15 * 60 * 1000;

    /// <summary>A body in JSON, where text may be escaped and bytes are in base 64.</summary>
    public const int MaxBodyBytes = 4 * MaxRequestBytes;

    /// <summary>The life of a request whose client names no expiry.</summary>
    public const ulong DefaultLifeMs = 5 * 60 * 1000;

    /// <summary>Transactions in a pool: some seconds of full load. Larger ones count for several (<see cref="FairOrder.SlotBytes"/>): 400 MB at most.</summary>
    public const int MaxPool = 100_000;

    /// <summary>Records in one answer to a range, and their bytes: what a client reads in one go.</summary>
    public const int MaxRangeRecords = 1000;
    public const int MaxRangeBytes = 1 << 20;

    /// <summary>Expired ids that a batch forgets, besides twice what it remembers.</summary>
    public const int SpareForgotten = 64;

    /// <summary>Records that the constitution's settings may start the ledger with.</summary>
    public const int MaxInitialRecords = 10_000;
}
