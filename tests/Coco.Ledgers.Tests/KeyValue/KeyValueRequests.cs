using System.Text;
using Coco.Ledgers.KeyValue;
using Coco.Ledgers.Tests.Socket;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.KeyValue;

/// <summary>Requests in the binary form.</summary>
internal static class KeyValueRequests
{
    public const ulong ExpiresMs = LedgerRun.StartMs + Limits.MaxLifeMs;

    public static byte[] Put(string id, string key, string value, ulong expiresMs = ExpiresMs) =>
        Of(KeyValueOperation.Put, id, key, null, value, expiresMs);

    public static byte[] Delete(string id, string key) => Of(KeyValueOperation.Delete, id, key);

    public static byte[] CompareAndSet(string id, string key, string? expected, string? value) =>
        Of(KeyValueOperation.CompareAndSet, id, key, expected, value);

    public static byte[] Of(
        KeyValueOperation operation, string id, string key, string? expected = null, string? value = null,
        ulong expiresMs = ExpiresMs)
    {
        var writer = new ByteWriter();
        KeyValueTransaction.EncodeRequest(
            writer, operation, expiresMs, Encoding.UTF8.GetBytes(id), Encoding.UTF8.GetBytes(key), Bytes(expected),
            Bytes(value));
        return writer.ToArray();
    }

    /// <summary>All operations on a few keys.</summary>
    public static IReadOnlyList<byte[]> Mixed(int count, int seed)
    {
        var random = new Random(seed);
        var requests = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            var operation = (KeyValueOperation)random.Next(1, 6);
            string? expected = random.Next(2) == 0 ? null : "v" + random.Next(3);
            string? value = operation == KeyValueOperation.CompareAndSet && random.Next(4) == 0 ? null : "v" + random.Next(3);
            requests.Add(Of(operation, "id" + i, "k" + random.Next(5), expected, value));
        }
        return requests;
    }

    private static ReadOnlyMemory<byte>? Bytes(string? text) =>
        text is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text));
}
