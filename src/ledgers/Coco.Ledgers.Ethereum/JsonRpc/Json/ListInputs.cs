using System.Text.Json;
using Coco.Evm;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>The access list of a call.</summary>
internal static class AccessListInput
{
    public static string? Read(ref Utf8JsonReader json, out AccessListItem[]? list)
    {
        list = null;
        if (json.TokenType != JsonTokenType.StartArray)
            return HexInput.Wrap(HexInput.KindOf(json.TokenType), "types.AccessList");
        var items = new List<AccessListItem>();
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            if (ReadItem(ref json, items) is { } wrong) error ??= wrong;
        list = [.. items];
        return error;
    }

    private static string? ReadItem(ref Utf8JsonReader json, List<AccessListItem> items)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            string kind = HexInput.KindOf(json.TokenType);
            json.Skip();
            return HexInput.Wrap(kind, "types.AccessTuple");
        }
        Address address = default;
        var keys = new List<UInt256>();
        string? error = "missing required field 'address' for AccessTuple";
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isAddress = json.ValueTextEquals("address"u8), isKeys = json.ValueTextEquals("storageKeys"u8);
            json.Read();
            if (isAddress) error = HexInput.ReadAddress(ref json, out address);
            else if (isKeys && json.TokenType == JsonTokenType.StartArray) error = ReadKeys(ref json, keys) ?? error;
            else json.Skip();
        }
        items.Add(new AccessListItem(address, [.. keys]));
        return error;
    }

    private static string? ReadKeys(ref Utf8JsonReader json, List<UInt256> keys)
    {
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (HexInput.ReadHash(ref json, out Coco.Primitives.Hash256 key) is { } wrong) error ??= wrong;
            keys.Add(new UInt256(key.Span));
        }
        return error;
    }
}

/// <summary>The authorizations of a call (EIP-7702).</summary>
internal static class AuthorizationInput
{
    public static string? Read(ref Utf8JsonReader json, out List<SignedAuthorization>? list)
    {
        list = [];
        if (json.TokenType != JsonTokenType.StartArray)
            return HexInput.Wrap(HexInput.KindOf(json.TokenType), "[]types.SetCodeAuthorization");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                error ??= HexInput.Wrap(HexInput.KindOf(json.TokenType), "types.SetCodeAuthorization");
                json.Skip();
            }
            else if (ReadItem(ref json, list) is { } wrong) error ??= wrong;
        }
        return error;
    }

    private static string? ReadItem(ref Utf8JsonReader json, List<SignedAuthorization> list)
    {
        UInt256 chainId = default, r = default, s = default;
        Address address = default;
        ulong nonce = 0, parity = 0;
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            string? wrong = null;
            switch (name)
            {
                case "chainId": wrong = HexInput.ReadWord(ref json, out chainId); break;
                case "address": wrong = HexInput.ReadAddress(ref json, out address); break;
                case "nonce": wrong = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out nonce); break;
                case "yParity" or "v": wrong = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out parity); break;
                case "r": wrong = HexInput.ReadWord(ref json, out r); break;
                case "s": wrong = HexInput.ReadWord(ref json, out s); break;
                default: json.Skip(); break;
            }
            error ??= wrong;
        }
        list.Add(new SignedAuthorization(chainId, address, nonce, (byte)Math.Min(parity, byte.MaxValue), r, s));
        return error;
    }
}
