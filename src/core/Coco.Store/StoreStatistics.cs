namespace Coco.Store;

/// <summary>What a store holds; read from any thread, then approximate.</summary>
/// <param name="Keys">Keys of all maps, with those whose deletion is not reclaimed yet.</param>
/// <param name="Records">Versions of all keys that are in chains.</param>
/// <param name="WaitingRecords">Replaced versions that an open view may read.</param>
/// <param name="RetiredBlocks">Blocks that wait until readers that may stand on them are gone.</param>
/// <param name="OpenViews">Views and snapshots.</param>
/// <param name="TotalBytes">Memory of the slabs.</param>
/// <param name="FreeBytes">The part of it on free lists.</param>
/// <param name="Arrays">Slabs and blocks of their own: the managed objects that hold the state.</param>
public readonly record struct StoreStatistics(
    long Keys, long Records, long WaitingRecords, long RetiredBlocks, int OpenViews, long TotalBytes, long FreeBytes, int Arrays);
