namespace Coco.Log;

/// <summary>Every bound of this room, each with its reason.</summary>
public static class Limits
{
    /// <summary>
    /// Public and private part of one entry together, in bytes: more than any batch size that a constitution may set, and enough for
    /// the genesis state of some millions of accounts.
    /// </summary>
    public const int MaxParts = 192 << 20;

    /// <summary>A whole frame: header, parts, tag and trailer.</summary>
    public const int MaxFrame = EntryHeader.Size + MaxParts + Coco.Crypto.Aead.TagSize + EntryFrame.TrailerSize;

    /// <summary>Keys that a cipher keeps ready. A reader meets one per manager start and term; neighbours share theirs.</summary>
    public const int MaxCachedKeys = 16;

    /// <summary>Signatures in one quorum certificate: more than any network has validating nodes.</summary>
    public const int MaxCoSignatures = 1024;

    /// <summary>Transactions in one batch, as in the ledger socket.</summary>
    public const int MaxBatchTransactions = 1 << 16;

    /// <summary>A chunk ends with the entry that takes it to this many bytes, unless the network says otherwise.</summary>
    public const int DefaultChunkBytes = 4 << 20;

    /// <summary>The most that a network may set as its chunk size; with one frame, the most that is read from one file.</summary>
    public const int MaxChunkBytes = 64 << 20;

    /// <summary>The longest chunk file: one that a frame of the largest size takes over the end.</summary>
    public const long MaxChunkFile = (long)ChunkHeader.MaxSize + MaxChunkBytes + ChunkFile.RecordPrefix + MaxFrame;

    /// <summary>Offsets and digests of this many chunks stay in memory: some megabytes.</summary>
    public const int MaxCachedChunks = 32;

    /// <summary>Clear bytes in one block of a snapshot file: what a reader or writer holds at a time.</summary>
    public const int SnapshotBlock = 1 << 20;

    /// <summary>The configuration, and the governance state, in a snapshot's header.</summary>
    public const int MaxSnapshotHeaderPart = 16 << 20;

    /// <summary>Bytes of JSON of one receipt: the public part of its entry is the large thing in it.</summary>
    public const int MaxReceipt = 4 << 20;
}
