using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>Writes JSON in the one canonical form: no white space, fields in a fixed order, only the escapes that JSON demands.</summary>
internal static class JsonText
{
    /// <summary>Relaxed escaping keeps '+' in certificates readable; the text is never put into HTML unescaped.</summary>
    private static JsonWriterOptions Options(bool isIndented) => new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = isIndented,
        NewLine = "\n",
        MaxDepth = Limits.MaxJsonDepth,
    };

    public static byte[] Write(Action<Utf8JsonWriter> write, bool isIndented = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options(isIndented))) write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Drops the white space between tokens of valid JSON and keeps every other character.</summary>
    public static byte[] WithoutWhiteSpace(string json)
    {
        var kept = new StringBuilder(json.Length);
        bool isText = false, isEscaped = false;
        foreach (char letter in json)
        {
            if (!isText && letter is (' ' or '\t' or '\r' or '\n')) continue;
            kept.Append(letter);
            if (isEscaped) isEscaped = false;
            else if (isText && letter == '\\') isEscaped = true;
            else if (letter == '"') isText = !isText;
        }
        return Encoding.UTF8.GetBytes(kept.ToString());
    }
}
