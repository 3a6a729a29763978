using System.Security.Cryptography;
using Coco.Primitives;

namespace Coco.Ledgers.KeyValue;

/// <summary>A decoded request (docs/ledgers/keyvalue.md). Its parts point into the request's bytes.</summary>
public sealed class KeyValueTransaction : AdmittedTransaction
{
    /// <summary>Behind the format and the expiry: what makes two requests the same.</summary>
    private const int ContentAt = 1 + sizeof(ulong);

    private const byte Format = 1;

    private KeyValueTransaction(ReadOnlyMemory<byte> request, in Fields fields)
    {
        Request = request;
        Id = new Hash256(SHA256.HashData(fields.Id.Span));
        ContentDigest = new Hash256(SHA256.HashData(request.Span[ContentAt..]));
        Operation = fields.Operation;
        ExpiresMs = fields.ExpiresMs;
        ClientId = fields.Id;
        Key = fields.Key;
        Expected = fields.Expected;
        Value = fields.Value;
    }

    /// <summary>SHA-256 of the client's id.</summary>
    public override Hash256 Id { get; }

    public override ReadOnlyMemory<byte> Request { get; }

    /// <summary>SHA-256 of all but the expiry: tells the same request, sent again, from another one under its id.</summary>
    public Hash256 ContentDigest { get; }

    public KeyValueOperation Operation { get; }

    /// <summary>Wall-clock milliseconds; no batch of a later time executes it.</summary>
    public ulong ExpiresMs { get; }

    public ReadOnlyMemory<byte> ClientId { get; }
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>What a compare-and-set expects; null: that the key is absent.</summary>
    public ReadOnlyMemory<byte>? Expected { get; }

    /// <summary>What is written; null in a compare-and-set: the key is deleted.</summary>
    public ReadOnlyMemory<byte>? Value { get; }

    public override void Encode(ByteWriter writer) => writer.WriteFixed(Request.Span);

    /// <summary>Decodes bytes from anywhere; false where they are not one canonical request within the limits.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> request, out KeyValueTransaction? transaction)
    {
        transaction = null;
        if (request.Length > Limits.MaxRequestBytes) return false;
        var reader = new SpanReader(request.Span);
        Fields fields = default;
        if (!reader.TryReadByte(out byte format) || format != Format
            || !reader.TryReadUInt64(out fields.ExpiresMs) || !reader.TryReadByte(out byte operation)
            || !reader.TryReadByte(out byte idLength) || idLength is 0 or > Limits.MaxIdBytes
            || !TryReadPart(request, ref reader, idLength, out fields.Id)
            || !reader.TryReadUInt16(out ushort keyLength) || keyLength is 0 or > Limits.MaxKeyBytes
            || !TryReadPart(request, ref reader, keyLength, out fields.Key)) return false;
        fields.Operation = (KeyValueOperation)operation;
        if (!TryReadArguments(request, ref reader, ref fields) || !reader.IsAtEnd) return false;
        transaction = new KeyValueTransaction(request, fields);
        return true;
    }

    /// <summary>Writes a request; <paramref name="expected"/> and <paramref name="value"/> as the operation needs them.</summary>
    public static void EncodeRequest(
        ByteWriter writer, KeyValueOperation operation, ulong expiresMs, ReadOnlySpan<byte> id, ReadOnlySpan<byte> key,
        ReadOnlyMemory<byte>? expected = null, ReadOnlyMemory<byte>? value = null)
    {
        writer.WriteByte(Format);
        writer.WriteUInt64(expiresMs);
        writer.WriteByte((byte)operation);
        writer.WriteByte(checked((byte)id.Length));
        writer.WriteFixed(id);
        writer.WriteUInt16(checked((ushort)key.Length));
        writer.WriteFixed(key);
        if (operation == KeyValueOperation.CompareAndSet) WriteOptional(writer, expected);
        if (operation == KeyValueOperation.CompareAndSet) WriteOptional(writer, value);
        if (operation == KeyValueOperation.Put) writer.WriteBytes((value ?? default).Span);
    }

    private static bool TryReadArguments(ReadOnlyMemory<byte> request, ref SpanReader reader, ref Fields fields)
    {
        switch (fields.Operation)
        {
            case KeyValueOperation.Put:
                return TryReadValue(request, ref reader, out fields.Value);
            case KeyValueOperation.CompareAndSet:
                return TryReadOptional(request, ref reader, out fields.Expected)
                    && TryReadOptional(request, ref reader, out fields.Value);
            case KeyValueOperation.Delete or KeyValueOperation.Random or KeyValueOperation.Now:
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadOptional(
        ReadOnlyMemory<byte> request, ref SpanReader reader, out ReadOnlyMemory<byte>? value)
    {
        value = null;
        if (!reader.TryReadByte(out byte isPresent) || isPresent > 1) return false;
        return isPresent == 0 || TryReadValue(request, ref reader, out value);
    }

    private static bool TryReadValue(ReadOnlyMemory<byte> request, ref SpanReader reader, out ReadOnlyMemory<byte>? value)
    {
        value = null;
        if (!reader.TryReadUInt32(out uint length) || length > Limits.MaxValueBytes
            || !TryReadPart(request, ref reader, (int)length, out ReadOnlyMemory<byte> part)) return false;
        value = part;
        return true;
    }

    private static bool TryReadPart(
        ReadOnlyMemory<byte> request, ref SpanReader reader, int length, out ReadOnlyMemory<byte> part)
    {
        part = default;
        int at = request.Length - reader.Remaining;
        if (!reader.TryReadFixed(length, out _)) return false;
        part = request.Slice(at, length);
        return true;
    }

    private static void WriteOptional(ByteWriter writer, ReadOnlyMemory<byte>? value)
    {
        writer.WriteByte(value is null ? (byte)0 : (byte)1);
        if (value is { } present) writer.WriteBytes(present.Span);
    }

    private struct Fields
    {
        public ulong ExpiresMs;
        public KeyValueOperation Operation;
        public ReadOnlyMemory<byte> Id, Key;
        public ReadOnlyMemory<byte>? Expected, Value;
    }
}
