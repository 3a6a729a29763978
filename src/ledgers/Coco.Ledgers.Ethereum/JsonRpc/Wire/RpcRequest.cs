using System.Text.Json;

namespace Coco.Ledgers.Ethereum.JsonRpc;

internal enum RpcRequestKind : byte
{
    Call,
    Notification,
    Invalid,
}

/// <summary>One request as it stands in the body: parts of it, in place.</summary>
/// <param name="Id">JSON; null where there is none that can be given back.</param>
/// <param name="Method">The name, UTF-8.</param>
/// <param name="Params">JSON; empty where there are none.</param>
internal readonly record struct RpcRequest(
    RpcRequestKind Kind, ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Method, ReadOnlyMemory<byte> Params)
{
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>Reads the object at which the reader stands; the JSON is known to be sound or the reader throws.</summary>
    public static RpcRequest Read(ref Utf8JsonReader json, ReadOnlyMemory<byte> body)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return new RpcRequest(RpcRequestKind.Invalid, Null, default, default);
        }
        ReadOnlyMemory<byte> id = default, method = default, parameters = default;
        bool isVersion2 = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("id"u8)) id = ReadRaw(ref json, body);
            else if (json.ValueTextEquals("method"u8)) method = ReadText(ref json, body);
            else if (json.ValueTextEquals("params"u8)) parameters = ReadRaw(ref json, body);
            else if (json.ValueTextEquals("jsonrpc"u8)) isVersion2 = json.Read() && IsVersion2(ref json);
            else json.Skip();
        }
        bool hasId = id.Length > 0 && id.Span[0] is not ((byte)'{' or (byte)'[');
        RpcRequestKind kind = !isVersion2 || method.IsEmpty ? RpcRequestKind.Invalid
            : hasId ? RpcRequestKind.Call
            : id.IsEmpty ? RpcRequestKind.Notification : RpcRequestKind.Invalid;
        return new RpcRequest(kind, hasId ? id : Null, method, parameters);
    }

    private static bool IsVersion2(ref Utf8JsonReader json)
    {
        bool isText = json.TokenType == JsonTokenType.String;
        if (!isText) json.Skip();
        return isText && json.ValueTextEquals("2.0"u8);
    }

    private static ReadOnlyMemory<byte> ReadRaw(ref Utf8JsonReader json, ReadOnlyMemory<byte> body)
    {
        json.Read();
        int start = (int)json.TokenStartIndex;
        json.Skip();
        return body[start..(int)json.BytesConsumed];
    }

    private static ReadOnlyMemory<byte> ReadText(ref Utf8JsonReader json, ReadOnlyMemory<byte> body)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String)
        {
            json.Skip();
            return default;
        }
        if (!json.ValueIsEscaped) return body.Slice((int)json.TokenStartIndex + 1, json.ValueSpan.Length);
        byte[] unescaped = new byte[json.ValueSpan.Length];
        return unescaped.AsMemory(0, json.CopyString(unescaped));
    }
}
