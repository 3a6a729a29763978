namespace Coco.Store;

/// <summary>A map's number: fixed by its ledger for ever, since write sets on disk carry it.</summary>
public readonly record struct MapId(ushort Value);

public enum MapKind : byte
{
    /// <summary>Looked up by key only.</summary>
    Hash,

    /// <summary>Looked up by key and by range, in the order of the keys' bytes.</summary>
    Ordered,
}

/// <summary>A named map of byte keys to byte values (STO-1).</summary>
public sealed record MapDescription(MapId Id, string Name, MapKind Kind);
