using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Coco.Primitives;

namespace Coco.Ledgers.KeyValue.Protocol;

/// <summary>The fields of a call in JSON; text stands for its UTF-8 bytes, and <c>...Base64</c> gives bytes that are no text.</summary>
internal sealed class KeyValueCall
{
    private KeyValueCall()
    {
    }

    /// <summary>The method, in a WebSocket message.</summary>
    public string? Method { get; private set; }

    public byte[]? Id { get; private set; }
    public byte[]? Key { get; private set; }
    public byte[]? Value { get; private set; }
    public byte[]? Expected { get; private set; }
    public byte[]? From { get; private set; }
    public byte[]? To { get; private set; }
    public ulong? ExpiresMs { get; private set; }
    public int? Limit { get; private set; }

    private bool NamesValue { get; set; }
    private bool NamesExpected { get; set; }

    /// <summary>False, with the reason, where the bytes are not one object of known fields.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out KeyValueCall call, out string? error)
    {
        call = new KeyValueCall();
        error = null;
        if (json.Length > Limits.MaxBodyBytes) error = "the body is too long";
        else
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2 });
                error = call.Read(document.RootElement);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
            {
                // InvalidOperationException: text that is not Unicode.
                error = "the body is not valid JSON";
            }
        }
        return error is null;
    }

    /// <summary>The request of a transaction, or the reason why the fields do not make one.</summary>
    public bool TryEncode(KeyValueOperation operation, ulong nowMs, out byte[] request, out string? error)
    {
        request = [];
        error = ErrorOf(operation);
        if (error is not null) return false;
        var writer = new ByteWriter(256 + Id!.Length + Key!.Length + (Expected?.Length ?? 0) + (Value?.Length ?? 0));
        KeyValueTransaction.EncodeRequest(
            writer, operation, ExpiresMs ?? nowMs + Limits.DefaultLifeMs, Id, Key, Optional(Expected), Optional(Value));
        request = writer.ToArray();
        return true;
    }

    /// <summary>Not by a plain cast, which makes an empty memory of a missing array.</summary>
    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(bytes);

    private static byte[]? TextOf(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Null) return null;
        ReadOnlySpan<byte> raw = element.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(element) : default;
        bool isPlain = !raw.IsEmpty && !raw.Contains((byte)'\\') && Utf8.IsValid(raw);
        return isPlain ? raw[1..^1].ToArray() : Encoding.UTF8.GetBytes(element.GetString()!);
    }

    private static byte[]? BytesOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? null : element.GetBytesFromBase64();

    private string? ErrorOf(KeyValueOperation operation)
    {
        if (Id is null || Id.Length is 0 or > Limits.MaxIdBytes) return $"id: 1 to {Limits.MaxIdBytes} bytes that no other request has";
        if (Key is null || Key.Length is 0 or > Limits.MaxKeyBytes) return $"key: 1 to {Limits.MaxKeyBytes} bytes";
        if (Value?.Length > Limits.MaxValueBytes) return $"value: at most {Limits.MaxValueBytes} bytes";
        if (Expected?.Length > Limits.MaxValueBytes) return $"expected: at most {Limits.MaxValueBytes} bytes";
        if (operation == KeyValueOperation.Put && Value is null) return "value: missing";
        if (operation != KeyValueOperation.CompareAndSet) return null;
        if (!NamesExpected) return "expected: missing; null says that the key must be absent";
        return NamesValue ? null : "value: missing; null deletes the key";
    }

    private string? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return "an object is expected";
        foreach (JsonProperty field in root.EnumerateObject())
            if (!TrySet(field)) return $"{field.Name}: unknown field or wrong kind of value";
        return null;
    }

    private bool TrySet(JsonProperty field)
    {
        switch (field.Name)
        {
            case "method": Method = field.Value.GetString(); return true;
            case "id": Id = TextOf(field.Value); return true;
            case "key": Key = TextOf(field.Value); return true;
            case "keyBase64": Key = BytesOf(field.Value); return true;
            case "value": (Value, NamesValue) = (TextOf(field.Value), true); return true;
            case "valueBase64": (Value, NamesValue) = (BytesOf(field.Value), true); return true;
            case "expected": (Expected, NamesExpected) = (TextOf(field.Value), true); return true;
            case "expectedBase64": (Expected, NamesExpected) = (BytesOf(field.Value), true); return true;
            case "from": From = TextOf(field.Value); return true;
            case "fromBase64": From = BytesOf(field.Value); return true;
            case "to": To = TextOf(field.Value); return true;
            case "toBase64": To = BytesOf(field.Value); return true;
            case "expires" when field.Value.TryGetUInt64(out ulong expires): ExpiresMs = expires; return true;
            case "limit" when field.Value.TryGetInt32(out int limit) && limit > 0: Limit = limit; return true;
            default: return false;
        }
    }
}
