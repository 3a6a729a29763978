using Coco.Store;

namespace Coco.Ledgers;

/// <summary>What the framework must know of a ledger.</summary>
/// <param name="Name">As in the constitution.</param>
/// <param name="Version">Changes when the same record would give other results.</param>
/// <param name="Maps">All maps that it keeps in the store.</param>
/// <param name="ConfirmationBatches">Empty batches that follow the last one with transactions, for tools that wait for confirmations.</param>
/// <param name="ConfirmationIntervalMs">The time between two of them, in milliseconds.</param>
public sealed record LedgerDescription(
    string Name, string Version, IReadOnlyList<MapDescription> Maps, int ConfirmationBatches, int ConfirmationIntervalMs)
{
    /// <summary>
    /// A table of the index whose values are batch numbers, and of which only what concerns so many of the last batches is asked for;
    /// null where all tables are kept whole.
    /// </summary>
    public (byte Table, ulong Batches)? IndexWindow { get; init; }
}
