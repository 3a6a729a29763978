using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Headers of a Coco network's blocks: what is known before a block is hashed.</summary>
public static class BlockDraft
{
    /// <summary>
    /// The header of a block without parent, roots, bloom and gas used. Time is in seconds, and there may be many blocks in one:
    /// equal timestamps are allowed on a Coco network.
    /// </summary>
    public static BlockHeader Of(EthereumSettings settings, ulong number, ulong timestamp, in UInt256 baseFee, in Hash256 random)
    {
        EvmFork fork = settings.Forks.ForkAt(number, timestamp);
        bool isMerged = fork >= EvmFork.Paris;
        return new BlockHeader
        {
            Number = number,
            GasLimit = settings.GasLimit,
            Timestamp = timestamp,
            Difficulty = isMerged ? default : settings.Genesis.Difficulty,
            MixHash = isMerged ? random : default,
            BaseFeePerGas = fork >= EvmFork.London ? baseFee : null,
            WithdrawalsRoot = fork >= EvmFork.Shanghai ? NodeReference.EmptyRoot : null,
            BlobGasUsed = fork >= EvmFork.Cancun ? 0 : null,
            ExcessBlobGas = fork >= EvmFork.Cancun ? 0 : null,
            ParentBeaconBlockRoot = fork >= EvmFork.Cancun ? Hash256.Zero : null,
            RequestsHash = fork >= EvmFork.Prague ? BlockHeader.EmptyRequestsHash : null,
        };
    }

    public static BlockEnvironment Environment(EthereumSettings settings, BlockHeader header, Func<ulong, Hash256> blockHash)
    {
        BlobParameters blobs = settings.Forks.BlobsAt(header.Timestamp);
        return new BlockEnvironment
        {
            Fork = settings.Forks.ForkAt(header.Number, header.Timestamp),
            ChainId = settings.ChainId,
            Number = header.Number,
            Timestamp = header.Timestamp,
            Coinbase = header.Beneficiary,
            GasLimit = (long)header.GasLimit,
            BaseFee = header.BaseFeePerGas ?? default,
            Difficulty = header.Difficulty,
            PrevRandao = new UInt256(header.MixHash.Span),
            BlobBaseFee = BlobFee.Price(header.ExcessBlobGas ?? 0, blobs.UpdateFraction),
            MaxBlobs = blobs.Max,
            BlockHash = blockHash,
        };
    }
}
