using System.Buffers.Binary;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.KeyValue;

/// <summary>
/// Remembers the ids of executed transactions until their requests expire, so that each is executed once and memory stays
/// bounded by the load of the longest life.
/// </summary>
internal static class ExecutedIds
{
    private const int ExpiryKeyBytes = sizeof(ulong) + Hash256.Size;

    public static bool Contains(IReadView view, Hash256 id) => view.TryGet(KeyValueMaps.Executed, id.Span, out _);

    public static bool TryGet(IReadView view, Hash256 id, out Outcome outcome)
    {
        outcome = default;
        return view.TryGet(KeyValueMaps.Executed, id.Span, out ReadOnlySpan<byte> encoded)
            && Outcome.TryDecode(encoded, out outcome);
    }

    public static void Add(ITransactionSet set, KeyValueTransaction transaction, ReadOnlySpan<byte> outcome)
    {
        Span<byte> key = stackalloc byte[ExpiryKeyBytes];
        BinaryPrimitives.WriteUInt64BigEndian(key, transaction.ExpiresMs);
        transaction.Id.CopyTo(key[sizeof(ulong)..]);
        set.Put(KeyValueMaps.Executed, transaction.Id.Span, outcome);
        set.Put(KeyValueMaps.Expiry, key, []);
    }

    /// <summary>Forgets up to <paramref name="max"/> ids whose requests no batch from now on would execute.</summary>
    public static void Forget(ITransactionSet set, ulong nowMs, int max)
    {
        Span<byte> expired = stackalloc byte[ExpiryKeyBytes];
        for (; max > 0 && set.TryGetNext(KeyValueMaps.Expiry, [], out ReadOnlySpan<byte> key, out _); max--)
        {
            if (BinaryPrimitives.ReadUInt64BigEndian(key) >= nowMs) return;
            key.CopyTo(expired);
            set.Delete(KeyValueMaps.Expiry, expired);
            set.Delete(KeyValueMaps.Executed, expired[sizeof(ulong)..]);
        }
    }
}
