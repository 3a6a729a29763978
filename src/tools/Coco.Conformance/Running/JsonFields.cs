using System.Globalization;
using System.Text.Json;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>Values in the spellings that test files use: hex with or without 0x, decimal, JSON numbers.</summary>
public static class JsonFields
{
    public static JsonElement? Field(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

    public static byte[] Bytes(this JsonElement element)
    {
        string text = element.Text();
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        if ((text.Length & 1) == 1) text = "0" + text;
        return Convert.FromHexString(text);
    }

    public static UInt256 Word(this JsonElement element) =>
        TryWord(element, out UInt256 value) ? value : throw new FormatException($"{element.GetRawText()} is no number of 256 bits.");

    public static bool TryWord(this JsonElement element, out UInt256 value)
    {
        string text = element.Text();
        if (text.StartsWith("0x:bigint ", StringComparison.Ordinal)) text = text["0x:bigint ".Length..];
        if (text is "" or "0x")
        {
            value = default;
            return true;
        }
        return UInt256.TryParse(text, out value);
    }

    public static ulong Number(this JsonElement element)
    {
        UInt256 value = element.Word();
        return value.IsUInt64 ? value.U0 : throw new FormatException($"{element.GetRawText()} is more than 64 bits.");
    }

    public static Address Address(this JsonElement element)
    {
        byte[] bytes = element.Bytes();
        byte[] padded = new byte[Coco.Evm.Address.Size];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return new Address(padded);
    }

    public static Hash256 Hash(this JsonElement element)
    {
        Span<byte> padded = stackalloc byte[Hash256.Size];
        padded.Clear();
        byte[] bytes = element.Bytes();
        bytes.CopyTo(padded[(padded.Length - bytes.Length)..]);
        return new Hash256(padded);
    }

    public static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);
}
