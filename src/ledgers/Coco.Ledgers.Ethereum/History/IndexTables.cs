using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>The tables of the index (docs/formats/index-segment.md) and how their keys are made.</summary>
internal static class IndexTables
{
    /// <summary>Hash of a transaction to its place.</summary>
    public const byte Transactions = 1;

    /// <summary>Hash of a block to its number.</summary>
    public const byte Blocks = 2;

    /// <summary>Address or topic at its place to the numbers of the blocks with such logs.</summary>
    public const byte Logs = 3;

    /// <summary>A key of the accounts' or the slots' map to the numbers of the blocks that wrote it.</summary>
    public const byte State = 4;

    /// <summary>Of a log's words: the place of a topic, or this for its address.</summary>
    public const byte AddressTerm = 4;

    /// <summary>The key in <see cref="Logs"/> of all blocks with logs.</summary>
    public const ulong AnyLog = 0;

    private const int PositionBits = 16;

    public static ulong KeyOf(in Hash256 hash) => BinaryPrimitives.ReadUInt64LittleEndian(hash.Span);

    public static ulong LogTerm(byte place, ReadOnlySpan<byte> word) => KeyOf(Keccak256.HashConcatenated([place], word));

    public static ulong StateTerm(MapId map, ReadOnlySpan<byte> key) => KeyOf(Keccak256.HashConcatenated([(byte)map.Value], key));

    public static ulong PlaceOf(ulong block, int position) => (block << PositionBits) | (uint)position;

    public static (ulong Block, int Position) ReadPlace(ulong place) => (place >> PositionBits, (int)(place & ((1 << PositionBits) - 1)));
}
