using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Have the worker write the state as of now, encrypt it and store it beside the ledger; nobody waits for it. Answered by
/// <see cref="SnapshotWrittenInput"/>.
/// </summary>
public sealed record TakeSnapshotEffect(SnapshotHeader Header) : ReplicaEffect;

/// <summary>The snapshot may be used from now on; store what proves it to others beside it.</summary>
public sealed record KeepSnapshotEffect(LogIndex Index, SnapshotProof? Proof) : ReplicaEffect;

/// <summary>Delete a snapshot and its proof.</summary>
public sealed record DropSnapshotEffect(LogIndex Index) : ReplicaEffect;

/// <summary>Files that VNs give to each other.</summary>
public enum SharedFile : byte
{
    /// <summary>The snapshot of this index.</summary>
    Snapshot = 1,

    /// <summary>The chunk of the ledger that holds the entry of this index, up to that entry.</summary>
    Chunk,
}

/// <summary>
/// Read <see cref="FilePiece"/>s from this offset on, up to <see cref="Limits.PiecesAtOnce"/>, beside the log's work; each answered by
/// <see cref="PieceReadInput"/>.
/// </summary>
/// <param name="Total">The length up to which the file is given.</param>
public sealed record ReadFileEffect(NodeId For, SharedFile Kind, LogIndex Index, string File, long Offset, long Total) : ReplicaEffect;

/// <summary>A snapshot is fetched from another VN: begin an empty file for it.</summary>
public sealed record BeginFetchEffect(LogIndex Index) : ReplicaEffect;

/// <summary>Append what came; answered by <see cref="FetchStoredInput"/>.</summary>
/// <param name="Attempt">A file may be given up and begun again.</param>
public sealed record StoreFetchedEffect(LogIndex Index, ulong Attempt, long Offset, ReadOnlyMemory<byte> Bytes) : ReplicaEffect;

/// <summary>Read the whole fetched file and check it; answered by <see cref="FetchCheckedInput"/>.</summary>
public sealed record CheckFetchedEffect(LogIndex Index) : ReplicaEffect;

/// <summary>Sync the fetched file, give it its name and its proof; answered by <see cref="FetchAdoptedInput"/>.</summary>
public sealed record AdoptFetchedEffect(LogIndex Index, SnapshotProof Proof) : ReplicaEffect;

/// <summary>The fetched file is not wanted any more.</summary>
public sealed record EndFetchEffect(LogIndex Index) : ReplicaEffect;

/// <summary>Look on this VN's disk for the chunk that ends there, and check it; answered by <see cref="ChunkFoundInput"/>.</summary>
public sealed record FindChunkEffect(ChunkEnd End) : ReplicaEffect;

/// <summary>This VN goes on from there: all before came by a snapshot.</summary>
public sealed record SnapshotInstalledEffect(LogPosition At) : ReplicaEffect;

/// <summary>The ledger files begin with another chunk from now on.</summary>
public sealed record LedgerReplacedEffect(LedgerChunks Chunks) : ReplicaEffect;

/// <summary>The answer to <see cref="TakeSnapshotEffect"/>.</summary>
/// <param name="Facts">Null: it could not be written.</param>
public sealed record SnapshotWrittenInput(LogIndex Index, SnapshotFacts? Facts) : ReplicaInput;

/// <summary>A piece that a VN has asked for. It leaves only now, since that VN's lease may have ended meanwhile.</summary>
public sealed record PieceReadInput(NodeId For, FilePiece Piece) : ReplicaInput;

/// <summary>A snapshot that was known is found damaged or gone.</summary>
public sealed record SnapshotLostInput(LogIndex Index, string Reason) : ReplicaInput;

/// <summary>A piece was stored; one that could not be is not answered.</summary>
public sealed record FetchStoredInput(LogIndex Index, ulong Attempt, long From, long To) : ReplicaInput;

/// <param name="Facts">Null: the file is not what a manager of this network wrote.</param>
public sealed record FetchCheckedInput(LogIndex Index, SnapshotFacts? Facts) : ReplicaInput;

public sealed record FetchAdoptedInput(LogIndex Index) : ReplicaInput;

/// <summary>The disk fails where the fetched file is to be checked or adopted.</summary>
public sealed record FetchFailedInput(LogIndex Index, string Reason) : ReplicaInput;

/// <param name="Chunk">Null: it isn't there, or not what stood in the log.</param>
/// <param name="Present">First entries of the files that begin at or before the end; those that overlap with the true one are wrong.</param>
public sealed record ChunkFoundInput(ChunkEnd End, CheckedChunk? Chunk, IReadOnlyList<LogIndex> Present) : ReplicaInput;
