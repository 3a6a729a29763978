using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A block's header with the fields of all forks; those that a fork lacks are null, and once one is null all later are.</summary>
public sealed record BlockHeader
{
    public const int NonceSize = 8;

    /// <summary>The Keccak-256 of the RLP of no uncles.</summary>
    public static Hash256 EmptyOmmersHash { get; } = Keccak256.Hash([0xC0]);

    /// <summary>The SHA-256 of no requests (EIP-7685).</summary>
    public static Hash256 EmptyRequestsHash { get; } = Sha256.Hash([]);

    public Hash256 ParentHash { get; init; }
    public Hash256 OmmersHash { get; init; } = EmptyOmmersHash;
    public Address Beneficiary { get; init; }
    public Hash256 StateRoot { get; init; } = NodeReference.EmptyRoot;
    public Hash256 TransactionsRoot { get; init; } = NodeReference.EmptyRoot;
    public Hash256 ReceiptsRoot { get; init; } = NodeReference.EmptyRoot;
    public Bloom LogsBloom { get; init; } = Bloom.Empty;
    public UInt256 Difficulty { get; init; }
    public ulong Number { get; init; }
    public ulong GasLimit { get; init; }
    public ulong GasUsed { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public ulong Timestamp { get; init; }

    public ReadOnlyMemory<byte> ExtraData { get; init; }

    /// <summary>PREVRANDAO from the merge on.</summary>
    public Hash256 MixHash { get; init; }

    public ulong Nonce { get; init; }
    public UInt256? BaseFeePerGas { get; init; }
    public Hash256? WithdrawalsRoot { get; init; }
    public ulong? BlobGasUsed { get; init; }
    public ulong? ExcessBlobGas { get; init; }
    public Hash256? ParentBeaconBlockRoot { get; init; }
    public Hash256? RequestsHash { get; init; }

    public Hash256 Hash()
    {
        var writer = new ByteWriter(768);
        Write(writer);
        return Keccak256.Hash(writer.Span);
    }

    public void Write(ByteWriter writer)
    {
        int list = writer.BeginList();
        writer.Rlp(ParentHash);
        writer.Rlp(OmmersHash);
        writer.Rlp(Beneficiary);
        writer.Rlp(StateRoot);
        writer.Rlp(TransactionsRoot);
        writer.Rlp(ReceiptsRoot);
        writer.RlpBytes(LogsBloom.Span);
        writer.Rlp(Difficulty);
        writer.Rlp(Number);
        writer.Rlp(GasLimit);
        writer.Rlp(GasUsed);
        writer.Rlp(Timestamp);
        writer.RlpBytes(ExtraData.Span);
        writer.Rlp(MixHash);
        Span<byte> nonce = stackalloc byte[NonceSize];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce, Nonce);
        writer.RlpBytes(nonce);
        if (BaseFeePerGas is { } baseFee) writer.Rlp(baseFee);
        if (WithdrawalsRoot is { } withdrawals) writer.Rlp(withdrawals);
        if (BlobGasUsed is { } used) writer.Rlp(used);
        if (ExcessBlobGas is { } excess) writer.Rlp(excess);
        if (ParentBeaconBlockRoot is { } beacon) writer.Rlp(beacon);
        if (RequestsHash is { } requests) writer.Rlp(requests);
        writer.EndList(list);
    }

    public static BlockHeader Read(ref RlpReader reader)
    {
        RlpReader list = reader.ReadList();
        var header = new BlockHeader
        {
            ParentHash = list.ReadHash(),
            OmmersHash = list.ReadHash(),
            Beneficiary = list.ReadAddress(),
            StateRoot = list.ReadHash(),
            TransactionsRoot = list.ReadHash(),
            ReceiptsRoot = list.ReadHash(),
            LogsBloom = new Bloom(list.ReadFixed(Bloom.Size)),
            Difficulty = list.ReadUInt256(),
            Number = list.ReadUInt64(),
            GasLimit = list.ReadUInt64(),
            GasUsed = list.ReadUInt64(),
            Timestamp = list.ReadUInt64(),
            ExtraData = list.ReadBytes().ToArray(),
            MixHash = list.ReadHash(),
            Nonce = ReadNonce(ref list),
            BaseFeePerGas = list.IsAtEnd ? null : list.ReadUInt256(),
            WithdrawalsRoot = list.IsAtEnd ? null : list.ReadHash(),
            BlobGasUsed = list.IsAtEnd ? null : list.ReadUInt64(),
            ExcessBlobGas = list.IsAtEnd ? null : list.ReadUInt64(),
            ParentBeaconBlockRoot = list.IsAtEnd ? null : list.ReadHash(),
            RequestsHash = list.IsAtEnd ? null : list.ReadHash(),
        };
        reader.Finish(list);
        return header;
    }

    private static ulong ReadNonce(ref RlpReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadFixed(NonceSize);
        return reader.Failed ? 0 : System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
