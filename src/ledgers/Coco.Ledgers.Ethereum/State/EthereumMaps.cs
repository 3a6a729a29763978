using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>The maps of the ledger; their numbers stand in write sets for ever. Accounts come first, so that a walk over a write
/// set knows an account before its slots.</summary>
public static class EthereumMaps
{
    /// <summary>Address to <see cref="AccountRecord"/>. Ordered, so that the trie can be built anew.</summary>
    public static readonly MapId Accounts = new(0);

    /// <summary>Storage name (4 bytes, big-endian) and slot without leading zeros, to its value without leading zeros.</summary>
    public static readonly MapId Storage = new(1);

    /// <summary>Code by its hash.</summary>
    public static readonly MapId Code = new(2);

    /// <summary>Low byte of a block's number to its hash: what BLOCKHASH sees. A block's hash is written by the block after it.</summary>
    public static readonly MapId BlockHashes = new(3);

    /// <summary>One key, <see cref="HeadKey"/>: <see cref="HeadRecord"/>.</summary>
    public static readonly MapId Head = new(4);

    public static ReadOnlySpan<byte> HeadKey => "head"u8;

    public static IReadOnlyList<MapDescription> All { get; } =
    [
        new(Accounts, "ethereum.accounts", MapKind.Ordered),
        new(Storage, "ethereum.storage", MapKind.Ordered),
        new(Code, "ethereum.code", MapKind.Hash),
        new(BlockHashes, "ethereum.blockHashes", MapKind.Hash),
        new(Head, "ethereum.head", MapKind.Hash),
    ];
}
