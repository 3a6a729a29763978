using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>
/// Writes JSON as UTF-8 straight into the answer. Commas come by themselves: a name or an item gets one unless it is the first
/// after an opening bracket.
/// </summary>
internal static class JsonOutput
{
    private const int LongestNumber = 24;

    public static void Raw(this ByteWriter json, ReadOnlySpan<byte> utf8) => json.WriteFixed(utf8);

    public static void Null(this ByteWriter json) => json.Raw("null"u8);

    public static void Bool(this ByteWriter json, bool value) => json.Raw(value ? "true"u8 : "false"u8);

    public static void Number(this ByteWriter json, long value)
    {
        Span<byte> digits = json.GetSpan(LongestNumber);
        Utf8Formatter.TryFormat(value, digits, out int length);
        json.Advance(length);
    }

    public static void Number(this ByteWriter json, double value)
    {
        Span<byte> digits = stackalloc byte[40];
        value.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        json.Raw(digits[..length]);
    }

    /// <summary>A comma, unless nothing stands before in the same array or object.</summary>
    public static void Separate(this ByteWriter json)
    {
        if (json.Span[^1] is not ((byte)'[' or (byte)'{')) json.WriteByte((byte)',');
    }

    public static void Name(this ByteWriter json, ReadOnlySpan<byte> name)
    {
        json.Separate();
        Span<byte> target = json.Take(name.Length + 3);
        target[0] = (byte)'"';
        name.CopyTo(target[1..]);
        target[^2] = (byte)'"';
        target[^1] = (byte)':';
    }

    /// <summary>Any text, escaped.</summary>
    public static void Text(this ByteWriter json, string text)
    {
        json.WriteByte((byte)'"');
        json.Raw(Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)));
        json.WriteByte((byte)'"');
    }

    /// <summary>Bytes as hex.</summary>
    public static void Data(this ByteWriter json, ReadOnlySpan<byte> bytes)
    {
        Span<byte> target = json.Take((bytes.Length * 2) + 4);
        "\"0x"u8.CopyTo(target);
        target[^1] = (byte)'"';
        Convert.TryToHexStringLower(bytes, target[3..^1], out _);
    }

    public static void Quantity(this ByteWriter json, ulong value)
    {
        Span<byte> digits = stackalloc byte[16];
        value.TryFormat(digits, out int length, "x", CultureInfo.InvariantCulture);
        Digits(json, digits[..length]);
    }

    public static void Quantity(this ByteWriter json, in UInt256 value)
    {
        if (value.IsUInt64)
        {
            json.Quantity(value.U0);
            return;
        }
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        Span<byte> digits = stackalloc byte[UInt256.Size * 2];
        value.WriteBigEndian(bytes);
        Convert.TryToHexStringLower(bytes, digits, out _);
        Digits(json, digits[(64 - ((value.BitLength + 3) / 4))..]);
    }

    public static void Field(this ByteWriter json, ReadOnlySpan<byte> name, ulong quantity)
    {
        json.Name(name);
        json.Quantity(quantity);
    }

    public static void Field(this ByteWriter json, ReadOnlySpan<byte> name, in UInt256 quantity)
    {
        json.Name(name);
        json.Quantity(quantity);
    }

    public static void Field(this ByteWriter json, ReadOnlySpan<byte> name, in Hash256 hash)
    {
        json.Name(name);
        json.Data(hash.Span);
    }

    public static void Field(this ByteWriter json, ReadOnlySpan<byte> name, in Address? address)
    {
        json.Name(name);
        if (address is { } given) json.Data(given.Span);
        else json.Null();
    }

    public static void Data(this ByteWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        json.Name(name);
        json.Data(bytes);
    }

    public static void Null(this ByteWriter json, ReadOnlySpan<byte> name)
    {
        json.Name(name);
        json.Null();
    }

    private static void Digits(ByteWriter json, ReadOnlySpan<byte> digits)
    {
        Span<byte> target = json.Take(digits.Length + 4);
        "\"0x"u8.CopyTo(target);
        digits.CopyTo(target[3..]);
        target[^1] = (byte)'"';
    }
}
