using Coco.Primitives;

namespace Coco.Store;

/// <summary>Writes write sets (docs/formats/write-set.md).</summary>
internal static class WriteSetEncoder
{
    public const byte Format = 1;

    /// <param name="writes">The written entries in canonical order.</param>
    public static void Encode(Entries entries, ReadOnlySpan<uint> writes, ByteWriter writer)
    {
        writer.WriteByte(Format);
        while (!writes.IsEmpty)
        {
            int run = MapRun(entries, writes);
            EncodeMap(entries, writes[..run], writer);
            writes = writes[run..];
        }
    }

    private static int MapRun(Entries entries, ReadOnlySpan<uint> writes)
    {
        ushort map = entries.Header(writes[0]).Map;
        int run = 1;
        while (run < writes.Length && entries.Header(writes[run]).Map == map) run++;
        return run;
    }

    private static void EncodeMap(Entries entries, ReadOnlySpan<uint> writes, ByteWriter writer)
    {
        uint count = 0;
        foreach (uint entry in writes)
            if (HasEffect(entries, entry)) count++;
        if (count == 0) return;
        Varint.Write(writer, entries.Header(writes[0]).Map);
        Varint.Write(writer, count);
        foreach (uint entry in writes)
            if (HasEffect(entries, entry)) EncodeWrite(entries, entry, writer);
    }

    private static void EncodeWrite(Entries entries, uint entry, ByteWriter writer)
    {
        uint newest = entries.Header(entry).Newest;
        ReadOnlySpan<byte> key = entries.KeyOf(entry);
        bool isPut = !entries.Record(newest).IsDeletion;
        Varint.Write(writer, ((uint)key.Length << 1) | (isPut ? 1u : 0));
        writer.WriteFixed(key);
        if (!isPut) return;
        ReadOnlySpan<byte> value = entries.ValueOf(newest);
        Varint.Write(writer, (uint)value.Length);
        writer.WriteFixed(value);
    }

    /// <summary>A key that was put and deleted by the same set, and was not there before, is not part of the write set.</summary>
    private static bool HasEffect(Entries entries, uint entry)
    {
        ref VersionHeader newest = ref entries.Record(entries.Header(entry).Newest);
        return !newest.IsDeletion || (newest.Older != Slabs.None && !entries.Record(newest.Older).IsDeletion);
    }
}
