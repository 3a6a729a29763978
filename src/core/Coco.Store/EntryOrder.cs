namespace Coco.Store;

/// <summary>The canonical order of entries: by map, then by the bytes of the key.</summary>
internal sealed class EntryOrder(Entries entries)
{
    public int Compare(uint left, uint right)
    {
        int byMap = entries.Header(left).Map.CompareTo(entries.Header(right).Map);
        return byMap != 0 ? byMap : entries.KeyOf(left).SequenceCompareTo(entries.KeyOf(right));
    }
}
