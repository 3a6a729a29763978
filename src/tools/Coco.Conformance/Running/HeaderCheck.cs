using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>Whether a header may follow another (yellow paper 4.4.4 and the EIPs since). Null: it may.</summary>
public static class HeaderCheck
{
    private const int MaxExtraData = 32;
    private const ulong MinGasLimit = 5_000;
    private const ulong BlobGas = 1 << 17;

    /// <summary>10 MiB, what the network carries, less 2 MiB for what is around a block (EIP-7934).</summary>
    private const int MaxBlockSize = (10 << 20) - (2 << 20);

    /// <summary>Whether a block's encoding, of <paramref name="size"/> bytes, is longer than the rules allow.</summary>
    public static bool IsTooLong(int size, EvmFork fork) => fork >= EvmFork.Osaka && size > MaxBlockSize;

    public static string? Check(BlockHeader header, BlockHeader parent, EvmFork fork, EvmFork parentFork, BlobParameters blobs)
    {
        if (header.Number != parent.Number + 1) return "block number";
        if (header.Timestamp <= parent.Timestamp) return "timestamp not after the parent's";
        if (header.ExtraData.Length > MaxExtraData) return "extra data too long";
        if (header.GasUsed > header.GasLimit) return "gas used above the limit";
        bool isFirstLondon = fork >= EvmFork.London && parentFork < EvmFork.London;
        if (CheckGasLimit(header.GasLimit, isFirstLondon ? parent.GasLimit * 2 : parent.GasLimit) is { } gas) return gas;
        if (CheckBaseFee(header, parent, fork, isFirstLondon) is { } fee) return fee;
        if (CheckSeal(header, parent, fork) is { } seal) return seal;
        if ((header.WithdrawalsRoot is not null) != (fork >= EvmFork.Shanghai)) return "withdrawals root";
        return CheckBlobs(header, parent, fork, blobs);
    }

    private static string? CheckGasLimit(ulong limit, ulong parent)
    {
        if (limit > long.MaxValue) return "gas limit too big";
        ulong distance = limit > parent ? limit - parent : parent - limit;
        return distance >= parent / 1_024 || limit < MinGasLimit ? "gas limit" : null;
    }

    private static string? CheckBaseFee(BlockHeader header, BlockHeader parent, EvmFork fork, bool isFirstLondon)
    {
        if (fork < EvmFork.London) return header.BaseFeePerGas is null ? null : "base fee before London";
        UInt256 expected = isFirstLondon ? BaseFees.Initial
            : BaseFees.Next(parent.BaseFeePerGas ?? default, parent.GasUsed, parent.GasLimit);
        return header.BaseFeePerGas == expected ? null : "base fee";
    }

    private static string? CheckSeal(BlockHeader header, BlockHeader parent, EvmFork fork)
    {
        if (fork < EvmFork.Paris) return header.Difficulty == Difficulty.Of(parent, header.Timestamp, fork) ? null : "difficulty";
        if (!header.Difficulty.IsZero || header.Nonce != 0) return "difficulty or nonce after the merge";
        return header.OmmersHash == BlockHeader.EmptyOmmersHash ? null : "uncles after the merge";
    }

    private static string? CheckBlobs(BlockHeader header, BlockHeader parent, EvmFork fork, BlobParameters blobs)
    {
        bool hasBlobs = fork >= EvmFork.Cancun;
        if ((header.BlobGasUsed is not null) != hasBlobs || (header.ExcessBlobGas is not null) != hasBlobs
            || (header.ParentBeaconBlockRoot is not null) != hasBlobs) return "blob fields";
        if ((header.RequestsHash is not null) != (fork >= EvmFork.Prague)) return "requests hash";
        if (!hasBlobs) return null;
        if (header.BlobGasUsed > (ulong)blobs.Max * BlobGas) return "blob gas used";
        return header.ExcessBlobGas == blobs.ExcessAfter(parent, fork) ? null : "excess blob gas";
    }
}
