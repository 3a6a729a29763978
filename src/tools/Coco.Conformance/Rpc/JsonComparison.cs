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
