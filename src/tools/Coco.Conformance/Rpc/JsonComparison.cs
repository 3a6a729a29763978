using System.Text.Json;

namespace Coco.Conformance;

/// <summary>Compares answers: fully, or only their shape.</summary>
public static class JsonComparison
{
    /// <summary>Equal values; the order of an object's fields does not count.</summary>
    public static bool AreEqual(JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind != actual.ValueKind) return false;
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                return expected.EnumerateObject().Count() == actual.EnumerateObject().Count() && expected.EnumerateObject().All(
                    field => actual.TryGetProperty(field.Name, out JsonElement other) && AreEqual(field.Value, other));
            case JsonValueKind.Array:
                return expected.GetArrayLength() == actual.GetArrayLength()
                    && expected.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second));
            case JsonValueKind.Number: return expected.GetDouble().Equals(actual.GetDouble());
            case JsonValueKind.String: return expected.GetString() == actual.GetString();
            default: return true;
        }
    }

    /// <summary>Equal answers, where the text of an error does not count: as hive's rpc-compat compares them.</summary>
    public static bool AreEqualButForMessages(JsonElement expected, JsonElement actual)
    {
        if (!expected.TryGetProperty("error", out JsonElement wanted) || !actual.TryGetProperty("error", out JsonElement got)
            || wanted.ValueKind != JsonValueKind.Object || got.ValueKind != JsonValueKind.Object) return AreEqual(expected, actual);
        return FieldsBut("message", wanted) == FieldsBut("message", got) && wanted.EnumerateObject().All(
            field => field.Name == "message" || (got.TryGetProperty(field.Name, out JsonElement other) && AreEqual(field.Value, other)));
    }

    private static int FieldsBut(string name, JsonElement value) => value.EnumerateObject().Count(field => field.Name != name);

    /// <summary>The same kinds, and all fields that were expected; of arrays the first items.</summary>
    public static bool HaveSameShape(JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind != actual.ValueKind) return false;
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                return expected.EnumerateObject().All(
                    field => actual.TryGetProperty(field.Name, out JsonElement other) && HaveSameShape(field.Value, other));
            case JsonValueKind.Array:
                return expected.GetArrayLength() == 0 || actual.GetArrayLength() == 0 || HaveSameShape(expected[0], actual[0]);
            default: return true;
        }
    }
}
