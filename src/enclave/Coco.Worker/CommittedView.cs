using Coco.Ledgers;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Worker;

/// <summary>A committed version of the store for a protocol's read.</summary>
internal sealed class CommittedView(StoreView view) : ICommittedView
{
    public BatchNumber Version => view.Version;

    public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) => view.TryGet(map, key, out value);

    public bool TryGetNext(
        MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
        view.TryGetNext(map, from, out key, out value);

    public void Dispose() => view.Dispose();
}
