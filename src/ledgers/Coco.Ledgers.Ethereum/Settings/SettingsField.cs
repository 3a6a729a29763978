using System.Text.Json;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A field of the settings is wrong; the message names it.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>A value in the settings with the path that leads to it, for precise errors. Numbers may be JSON numbers, decimal or hex text.</summary>
public readonly struct SettingsField(JsonElement value, string path)
{
    public JsonElement Value { get; } = value;
    public string Path { get; } = path;

    public SettingsException Wrong(string reason) => new($"{(Path.Length == 0 ? "settings" : Path)}: {reason}");

    public SettingsField? Find(string name)
    {
        if (Value.ValueKind != JsonValueKind.Object) throw Wrong("must be an object");
        if (!Value.TryGetProperty(name, out JsonElement found) || found.ValueKind == JsonValueKind.Null) return null;
        return new SettingsField(found, Path.Length == 0 ? name : $"{Path}.{name}");
    }

    public IEnumerable<(string Name, SettingsField Field)> Members()
    {
        if (Value.ValueKind != JsonValueKind.Object) throw Wrong("must be an object");
        foreach (JsonProperty member in Value.EnumerateObject())
            yield return (member.Name, new SettingsField(member.Value, $"{Path}.{member.Name}"));
    }

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("must be a text");

    public UInt256 Word()
    {
        string text = Value.ValueKind is JsonValueKind.String ? Value.GetString()! : Value.GetRawText();
        if (text is "" or "0x") return default;
        return UInt256.TryParse(text, out UInt256 word) ? word : throw Wrong($"{text} is no number of up to 256 bits");
    }

    public ulong UInt64()
    {
        UInt256 word = Word();
        return word.IsUInt64 ? word.U0 : throw Wrong("must be below 2^64");
    }

    public byte[] Bytes()
    {
        string text = Text();
        try
        {
            return Convert.FromHexString(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text);
        }
        catch (FormatException)
        {
            throw Wrong("must be bytes in hex");
        }
    }

    public Hash256 Hash()
    {
        byte[] bytes = Bytes();
        return bytes.Length == Hash256.Size ? new Hash256(bytes) : throw Wrong("must be 32 bytes in hex");
    }

    public Address Address()
    {
        byte[] bytes = Bytes();
        return bytes.Length == Coco.Evm.Address.Size ? new Address(bytes) : throw Wrong("must be 20 bytes in hex");
    }
}
