using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>What a simulation pretends of its block; null: what it has.</summary>
internal sealed record BlockOverrides
{
    public ulong? Number { get; init; }
    public UInt256? Difficulty { get; init; }
    public ulong? Time { get; init; }
    public ulong? GasLimit { get; init; }
    public Address? FeeRecipient { get; init; }
    public Hash256? PrevRandao { get; init; }
    public UInt256? BaseFeePerGas { get; init; }
    public UInt256? BlobBaseFee { get; init; }

    /// <summary>Only eth_simulateV1 takes this and the next.</summary>
    public Hash256? BeaconRoot { get; init; }
    public IReadOnlyList<Withdrawal>? Withdrawals { get; init; }

    /// <summary>Why a single call does not take them; null where it does.</summary>
    public string? ErrorInCall =>
        BeaconRoot is not null ? "block override \"beaconRoot\" is not supported for this RPC method"
        : Withdrawals is not null ? "block override \"withdrawals\" is not supported for this RPC method" : null;

    /// <summary>The environment with what is pretended; the rules are those of the pretended number and time.</summary>
    public BlockEnvironment Apply(BlockEnvironment block, EthereumSettings settings)
    {
        ulong number = Number ?? block.Number, time = Time ?? block.Timestamp;
        return new BlockEnvironment
        {
            Fork = Number is null && Time is null ? block.Fork : settings.Forks.ForkAt(number, time),
            ChainId = block.ChainId,
            Number = number,
            Timestamp = time,
            Coinbase = FeeRecipient ?? block.Coinbase,
            GasLimit = (long)Math.Min(GasLimit ?? (ulong)block.GasLimit, long.MaxValue),
            BaseFee = BaseFeePerGas ?? block.BaseFee,
            Difficulty = Difficulty ?? block.Difficulty,
            PrevRandao = PrevRandao is { } random ? new UInt256(random.Span) : block.PrevRandao,
            BlobBaseFee = BlobBaseFee ?? block.BlobBaseFee,
            MaxBlobs = block.MaxBlobs,
            FeeCollector = block.FeeCollector,
            MovedPrecompiles = block.MovedPrecompiles,
            BlockHash = block.BlockHash,
        };
    }

    public static BlockEnvironment WithPrecompiles(BlockEnvironment block, MovedPrecompiles precompiles) => new()
    {
        Fork = block.Fork,
        ChainId = block.ChainId,
        Number = block.Number,
        Timestamp = block.Timestamp,
        Coinbase = block.Coinbase,
        GasLimit = block.GasLimit,
        BaseFee = block.BaseFee,
        Difficulty = block.Difficulty,
        PrevRandao = block.PrevRandao,
        BlobBaseFee = block.BlobBaseFee,
        MaxBlobs = block.MaxBlobs,
        FeeCollector = block.FeeCollector,
        MovedPrecompiles = precompiles,
        BlockHash = block.BlockHash,
    };
}
