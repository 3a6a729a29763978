using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Reads hex values from JSON. Each method returns null, or the error in geth's words.</summary>
internal static class HexInput
{
    public const string AddressType = "common.Address";
    public const string HashType = "common.Hash";
    public const string BytesType = "hexutil.Bytes";
    public const string Uint64Type = "hexutil.Uint64";
    public const string BigType = "*hexutil.Big";

    private const string NoPrefix = "hex string without 0x prefix";
    private const string OddLength = "hex string of odd length";
    private const string NoHex = "invalid hex string";
    private const string Empty = "empty hex string";
    private const string NoDigits = "hex string \"0x\"";
    private const string LeadingZero = "hex number with leading zero digits";

    public static string? ReadAddress(ref Utf8JsonReader json, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        string? error = ReadFixed(ref json, bytes, AddressType);
        address = error is null ? new Address(bytes) : default;
        return error;
    }

    public static string? ReadHash(ref Utf8JsonReader json, out Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        string? error = ReadFixed(ref json, bytes, HashType);
        hash = error is null ? new Hash256(bytes) : default;
        return error;
    }

    public static string? ReadFixed(ref Utf8JsonReader json, scoped Span<byte> target, string type)
    {
        if (!TryText(ref json, out ReadOnlySpan<byte> text)) return Wrap("non-string", type);
        if (!text.IsEmpty && !HasPrefix(text)) return Wrap(NoPrefix, type);
        ReadOnlySpan<byte> digits = text.IsEmpty ? text : text[2..];
        if ((digits.Length & 1) != 0) return Wrap(OddLength, type);
        if (digits.Length != target.Length * 2) return $"hex string has length {digits.Length}, want {target.Length * 2} for {type}";
        return Convert.FromHexString(digits, target, out _, out _) == OperationStatus.Done ? null : Wrap(NoHex, type);
    }

    public static string? ReadBytes(ref Utf8JsonReader json, out byte[] bytes)
    {
        bytes = [];
        if (!TryText(ref json, out ReadOnlySpan<byte> text)) return Wrap("non-string", BytesType);
        if (text.IsEmpty) return null;
        if (!HasPrefix(text)) return Wrap(NoPrefix, BytesType);
        ReadOnlySpan<byte> digits = text[2..];
        if ((digits.Length & 1) != 0) return Wrap(OddLength, BytesType);
        bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done ? null : Wrap(NoHex, BytesType);
    }

    public static string? ReadQuantity(ref Utf8JsonReader json, string type, out ulong value)
    {
        value = 0;
        if (!TryText(ref json, out ReadOnlySpan<byte> text)) return Wrap("non-string", type);
        return ParseQuantity(text, out value) is { } error ? Wrap(error, type) : null;
    }

    public static string? ReadWord(ref Utf8JsonReader json, out UInt256 value)
    {
        value = default;
        if (!TryText(ref json, out ReadOnlySpan<byte> text)) return Wrap("non-string", BigType);
        if (CheckNumber(text) is { } wrong) return Wrap(wrong, BigType);
        if (text.Length > 2 + (UInt256.Size * 2)) return Wrap("hex number > 256 bits", BigType);
        return UInt256.TryParse(Encoding.ASCII.GetString(text), out value) ? null : Wrap(NoHex, BigType);
    }

    /// <summary>The bare error, as geth's decoder of block numbers gives it.</summary>
    public static string? ParseQuantity(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (CheckNumber(text) is { } wrong) return wrong;
        if (text.Length > 18) return "hex number > 64 bits";
        return ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) ? null : NoHex;
    }

    /// <summary>A storage key of at most 32 bytes, with or without prefix and leading zeros.</summary>
    public static string? ParseSlot(string name, out UInt256 slot)
    {
        slot = default;
        ReadOnlySpan<char> digits = name.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? name.AsSpan(2) : name;
        if (digits.Length > Hash256.Size * 2) return $"storage key too long (want at most 32 bytes): \"{name}\"";
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        string even = (digits.Length & 1) == 0 ? digits.ToString() : "0" + digits.ToString();
        if (Convert.FromHexString(even, bytes, out _, out int length) != OperationStatus.Done) return $"invalid hex in storage key: \"{name}\"";
        slot = new UInt256(bytes[..length]);
        return null;
    }

    /// <summary>The text of a string token; null if it is none.</summary>
    public static string? TextOf(ref Utf8JsonReader json, out string? error)
    {
        error = null;
        if (TryText(ref json, out ReadOnlySpan<byte> text)) return Encoding.UTF8.GetString(text);
        error = "json: cannot unmarshal non-string";
        return null;
    }

    /// <summary>What Go calls the kind of a JSON value.</summary>
    public static string KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.StartArray => "array",
        JsonTokenType.StartObject => "object",
        _ => "null",
    };

    public static string Wrap(string error, string type) => $"json: cannot unmarshal {error} into Go value of type {type.TrimStart('*')}";

    /// <summary>The bytes of a string token, or of a name, without escapes.</summary>
    public static bool TryText(ref Utf8JsonReader json, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (json.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            json.Skip();
            return false;
        }
        if (!json.ValueIsEscaped) text = json.ValueSpan;
        else
        {
            byte[] unescaped = new byte[json.ValueSpan.Length];
            text = unescaped.AsSpan(0, json.CopyString(unescaped));
        }
        return true;
    }

    private static string? CheckNumber(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return Empty;
        if (!HasPrefix(text)) return NoPrefix;
        if (text.Length == 2) return NoDigits;
        return text.Length > 3 && text[2] == '0' ? LeadingZero : null;
    }

    private static bool HasPrefix(ReadOnlySpan<byte> text) => text.Length >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
}
