using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coco.Chaos;

/// <summary>A history as JSON lines, one operation each, in any order.</summary>
public static class HistoryFile
{
    private const int MaxLineCharacters = 1 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 4,
    };

    public static void Write(string file, IEnumerable<HistoryOperation> operations) =>
        File.WriteAllLines(file, operations.Select(operation => JsonSerializer.Serialize(operation, Json)));

    /// <summary>Throws <see cref="InvalidDataException"/> where a line is no operation.</summary>
    public static IReadOnlyList<HistoryOperation> Read(string file)
    {
        List<HistoryOperation> operations = [];
        foreach (string line in File.ReadLines(file))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            operations.Add(Parse(line, file, operations.Count + 1));
        }
        return operations;
    }

    private static HistoryOperation Parse(string line, string file, int number)
    {
        try
        {
            if (line.Length <= MaxLineCharacters && JsonSerializer.Deserialize<HistoryOperation>(line, Json) is { } operation
                && !(operation.Returned < operation.Invoked)) return operation;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{file}, line {number} is no operation of a history.", wrong);
        }
        throw new InvalidDataException($"{file}, line {number} is no operation of a history.");
    }
}
