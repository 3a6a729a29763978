using Coco.Evm.Precompiles;
using Coco.Primitives;

namespace Coco.Evm;

/// <summary>The block in which transactions run.</summary>
public sealed class BlockEnvironment
{
    public required EvmFork Fork { get; init; }
    public required ulong ChainId { get; init; }
    public required ulong Number { get; init; }
    public required ulong Timestamp { get; init; }
    public required Address Coinbase { get; init; }
    public required long GasLimit { get; init; }
    public UInt256 BaseFee { get; init; }

    /// <summary>Before Paris.</summary>
    public UInt256 Difficulty { get; init; }

    /// <summary>From Paris on.</summary>
    public UInt256 PrevRandao { get; init; }

    /// <summary>Price of one blob gas; from the excess by <see cref="BlobFee.Price"/>.</summary>
    public UInt256 BlobBaseFee { get; init; }

    /// <summary>Most blobs that a block may hold (EIP-7840); transactions above it are refused.</summary>
    public int MaxBlobs { get; init; } = 6;

    /// <summary>Who gets the base fee and the blob fee on chains that do not burn them (Gnosis does not); null burns.</summary>
    public Address? FeeCollector { get; init; }

    /// <summary>Of simulated blocks in which precompiled contracts were moved; else null.</summary>
    public MovedPrecompiles? MovedPrecompiles { get; init; }

    /// <summary>Hashes of the last 256 blocks, by number.</summary>
    public Func<ulong, Hash256> BlockHash { get; init; } = static _ => default;
}
