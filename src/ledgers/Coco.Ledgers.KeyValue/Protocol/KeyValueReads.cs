using System.Buffers;
using System.Text.Json;
using Coco.Primitives;

namespace Coco.Ledgers.KeyValue.Protocol;

/// <summary>Reads of a committed view; every key passes the access policy (ACC-2).</summary>
internal static class KeyValueReads
{
    public static int Get(ICommittedView view, KeyValueCall call, IAccess access, Caller caller, IBufferWriter<byte> answer)
    {
        if (call.Key is null || call.Key.Length > Limits.MaxKeyBytes) return KeyValueAnswers.Error(answer, 400, "key: missing or too long");
        if (!MayRead(access, caller, call.Key)) return KeyValueAnswers.Error(answer, 403, "The key may not be read.");
        bool isFound = view.TryGet(KeyValueMaps.Data, call.Key, out ReadOnlySpan<byte> value);
        return KeyValueAnswers.Value(answer, view.Version, isFound, value);
    }

    /// <summary>Records from <c>from</c> on and before <c>to</c>; those that may not be read are left out.</summary>
    public static int Range(ICommittedView view, KeyValueCall call, IAccess access, Caller caller, IBufferWriter<byte> answer)
    {
        if (call.From?.Length > Limits.MaxKeyBytes) return KeyValueAnswers.Error(answer, 400, "from: too long");
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteNumber("batch", view.Version.Value);
        json.WriteStartArray("records");
        byte[]? next = WriteRecords(json, view, call, access, caller);
        json.WriteEndArray();
        if (next is not null) KeyValueAnswers.WriteBytes(json, "next", next);
        json.WriteEndObject();
        return 200;
    }

    /// <summary>Returns the key to go on from, where the answer is full.</summary>
    private static byte[]? WriteRecords(
        Utf8JsonWriter json, ICommittedView view, KeyValueCall call, IAccess access, Caller caller)
    {
        byte[] from = new byte[Limits.MaxKeyBytes + 1];
        int length = call.From?.Length ?? 0;
        call.From?.CopyTo(from, 0);
        int room = Math.Min(call.Limit ?? Limits.MaxRangeRecords, Limits.MaxRangeRecords);
        while (view.TryGetNext(
            KeyValueMaps.Data, from.AsSpan(0, length), out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            if (call.To is not null && key.SequenceCompareTo(call.To) >= 0) return null;
            if (room == 0 || json.BytesCommitted + json.BytesPending > Limits.MaxRangeBytes) return key.ToArray();
            room--;
            if (MayRead(access, caller, key.ToArray())) WriteRecord(json, key, value);
            key.CopyTo(from);
            from[key.Length] = 0;
            length = key.Length + 1;
        }
        return null;
    }

    private static void WriteRecord(Utf8JsonWriter json, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        json.WriteStartObject();
        KeyValueAnswers.WriteBytes(json, "key", key);
        KeyValueAnswers.WriteBytes(json, "value", value);
        json.WriteEndObject();
    }

    private static bool MayRead(IAccess access, Caller caller, byte[] key) =>
        access.Decide(caller, AccessVerb.Read, new Resource("key", key)) == AccessDecision.Allow;
}
