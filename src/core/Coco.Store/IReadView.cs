namespace Coco.Store;

/// <summary>Reads of one version of all maps. Returned spans are valid until the view is disposed or, for a transaction set, written.</summary>
public interface IReadView
{
    /// <summary>The value of <paramref name="key"/>; false where the map does not hold it.</summary>
    bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);

    /// <summary>
    /// The first key at or after <paramref name="from"/> of an ordered map, with its value; false at the end. A range is walked by
    /// asking again from the key just after (the key and one zero byte).
    /// </summary>
    bool TryGetNext(MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);
}
