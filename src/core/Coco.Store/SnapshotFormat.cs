namespace Coco.Store;

/// <summary>Constants of docs/formats/state-snapshot.md.</summary>
internal static class SnapshotFormat
{
    public const byte Format = 1;

    /// <summary>Ends the records of a map, where the next record's key length plus one would stand.</summary>
    public const byte EndOfMap = 0;

    public static ReadOnlySpan<byte> Magic => "COCOSNAP"u8;
}
