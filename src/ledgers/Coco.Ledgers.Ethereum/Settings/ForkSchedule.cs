using Coco.Evm;

namespace Coco.Ledgers.Ethereum;

/// <summary>How many blobs a block aims at and may hold, and how fast their price moves (EIP-7840).</summary>
public sealed record BlobParameters(int Target, int Max, ulong UpdateFraction)
{
    public static BlobParameters Cancun { get; } = new(3, 6, 3_338_477);
    public static BlobParameters Prague { get; } = new(6, 9, 5_007_716);
    public static BlobParameters Bpo1 { get; } = new(10, 15, 8_346_193);
    public static BlobParameters Bpo2 { get; } = new(14, 21, 11_684_671);

    private const ulong BlobGas = 1 << 17;
    private const ulong BlobBaseCost = 1 << 13;

    /// <summary>The excess blob gas of the block after one (EIP-4844, EIP-7918).</summary>
    public ulong ExcessAfter(BlockHeader parent, EvmFork fork)
    {
        ulong sum = (parent.ExcessBlobGas ?? 0) + (parent.BlobGasUsed ?? 0), target = (ulong)Target * BlobGas;
        if (sum < target) return 0;
        if (fork >= EvmFork.Osaka)
        {
            // EIP-7918: blobs cost at least what a part of the block's gas costs.
            UInt256 price = BlobFee.Price(parent.ExcessBlobGas ?? 0, UpdateFraction);
            if ((parent.BaseFeePerGas ?? default) * BlobBaseCost > price * BlobGas)
                return (parent.ExcessBlobGas ?? 0) + ((parent.BlobGasUsed ?? 0) * (ulong)(Max - Target) / (ulong)Max);
        }
        return sum - target;
    }
}

/// <summary>Which rules hold in which block: forks by number up to Paris, by time after it.</summary>
public sealed class ForkSchedule
{
    private readonly (ulong Number, EvmFork Fork)[] _byNumber;
    private readonly (ulong Time, EvmFork Fork)[] _byTime;
    private readonly (ulong Time, BlobParameters Blobs)[] _blobs;

    /// <summary>Each list in the order of the forks.</summary>
    public ForkSchedule(
        IEnumerable<(ulong Number, EvmFork Fork)> byNumber, IEnumerable<(ulong Time, EvmFork Fork)> byTime,
        IEnumerable<(ulong Time, BlobParameters Blobs)> blobs)
    {
        _byNumber = [.. byNumber];
        _byTime = [.. byTime];
        _blobs = [.. blobs];
    }

    /// <summary>The rules of one fork for ever: what a Coco network has.</summary>
    public static ForkSchedule Always(EvmFork fork) => new([(0, fork)], [], [(0, BlobsOf(fork))]);

    public EvmFork ForkAt(ulong number, ulong time)
    {
        EvmFork fork = EvmFork.Frontier;
        foreach ((ulong from, EvmFork next) in _byNumber)
            if (number >= from && next > fork) fork = next;
        foreach ((ulong from, EvmFork next) in _byTime)
            if (time >= from && next > fork) fork = next;
        return fork;
    }

    public BlobParameters BlobsAt(ulong time)
    {
        BlobParameters blobs = BlobParameters.Cancun;
        foreach ((ulong from, BlobParameters next) in _blobs)
            if (time >= from) blobs = next;
        return blobs;
    }

    public static BlobParameters BlobsOf(EvmFork fork) => fork >= EvmFork.Prague ? BlobParameters.Prague : BlobParameters.Cancun;
}
