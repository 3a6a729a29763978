using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>Forms of fields that several parts of the manifests have.</summary>
internal static class ManifestFields
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string TimeRemedy = "write UTC such as 2027-01-31T00:00:00Z";
    private const string MeasurementRemedy = "write a measurement as 64 to 128 hex digits; `coco status --json` shows those that run";

    public static string NameOf(CodeRole role) => role == CodeRole.Manager ? "manager" : "worker";

    public static CodeRole ReadRole(DocumentScope scope)
    {
        string role = scope.Text("role", 8, "write manager or worker");
        if (role is not ("manager" or "worker")) scope.Fail(scope.PathOf("role"), $"is '{role}'", "write manager or worker");
        return role == "worker" ? CodeRole.Worker : CodeRole.Manager;
    }

    public static string ReadMeasurement(DocumentScope scope, string name) =>
        AsHex(scope, scope.PathOf(name), scope.Text(name, 130, MeasurementRemedy), 32, 64, MeasurementRemedy);

    public static ImmutableArray<string> ReadMeasurements(DocumentScope scope, string name) =>
        ReadHexes(scope, name, Limits.MaxMeasurements, 32, 64, MeasurementRemedy, isOptional: false);

    /// <summary>Hex of <paramref name="least"/> to <paramref name="most"/> bytes each, in one case and without 0x.</summary>
    public static ImmutableArray<string> ReadHexes(
        DocumentScope scope, string name, int count, int least, int most, string remedy, bool isOptional = true)
    {
        List<string> texts = scope.Texts(name, count, (2 * most) + 2, remedy, isOptional);
        return [.. texts.Select((text, i) => AsHex(scope, $"{scope.PathOf(name)}[{i}]", text, least, most, remedy))];
    }

    public static string ReadHex(DocumentScope scope, string name, int size)
    {
        string remedy = $"write {2 * size} hex digits";
        string text = scope.OptionalText(name, (2 * size) + 2, remedy) ?? "";
        return text.Length == 0 ? "" : AsHex(scope, scope.PathOf(name), text, size, size, remedy);
    }

    /// <summary>Texts of a closed list of words.</summary>
    public static ImmutableArray<string> ReadWords(DocumentScope scope, string name, ImmutableArray<string> words)
    {
        string remedy = $"write some of {string.Join(", ", words)}";
        List<string> texts = scope.Texts(name, words.Length, Limits.MaxNameLength, remedy, isOptional: true);
        for (int i = 0; i < texts.Count; i++)
            if (!words.Contains(texts[i])) scope.Fail($"{scope.PathOf(name)}[{i}]", $"is '{texts[i]}'", remedy);
        return [.. texts];
    }

    public static byte[] ReadBase64(DocumentScope scope, string path, string text, string remedy)
    {
        byte[] bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out int length) && length > 0 && Convert.ToBase64String(bytes, 0, length) == text)
            return bytes[..length];
        if (text.Length > 0) scope.Fail(path, "is not base64", remedy);
        return [];
    }

    public static ulong ReadTime(DocumentScope scope, string name)
    {
        string text = scope.Text(name, 20, TimeRemedy);
        if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && time.ToUnixTimeMilliseconds() >= 0)
        {
            return (ulong)time.ToUnixTimeMilliseconds();
        }
        if (text.Length > 0) scope.Fail(scope.PathOf(name), $"'{text}' is not a time", TimeRemedy);
        return 0;
    }

    public static void WriteTime(Utf8JsonWriter writer, string name, ulong unixMs) =>
        writer.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs).ToString(TimeFormat, CultureInfo.InvariantCulture));

    public static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static string AsHex(DocumentScope scope, string path, string text, int least, int most, string remedy)
    {
        string digits = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        bool isHex = digits.Length >= 2 * least && digits.Length <= 2 * most && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit);
        if (!isHex && text.Length > 0) scope.Fail(path, $"'{text}' is not a value of this kind", remedy);
        return digits.ToLowerInvariant();
    }
}
