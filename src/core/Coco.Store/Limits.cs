namespace Coco.Store;

/// <summary>The bounds of one store, each with its reason.</summary>
public sealed record StoreLimits
{
    /// <summary>Longest key of any map: keys are compared and hashed on the hot path, so long ones are hashed by the ledger first.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>Longest value: more than any contract code or document that should live in memory on every VN.</summary>
    public const int MaxValueBytes = 16 << 20;

    /// <summary>Maps of one ledger.</summary>
    public const int MaxMaps = 1024;

    /// <summary>Views and snapshots open at once; each commit looks at all of them.</summary>
    public int MaxViews { get; init; } = 1024;

    /// <summary>Versions above the committed one: deeper than any pipeline of batches.</summary>
    public int MaxSpeculativeVersions { get; init; } = 1024;

    /// <summary>Records are carved out of arrays of this many bytes, 64 KiB to 1 MiB: a small store need not take a large one.</summary>
    public int SlabBytes { get; init; } = Slabs.MaxSlabBytes;
}
