using System.Text;
using System.Text.Json;

namespace Coco.Ledgers.KeyValue;

/// <summary>Settings: nothing, or <c>{"initial": {"key": "value", ...}}</c>.</summary>
public sealed class KeyValueLedgerFactory : ILedgerFactory
{
    public string Name => KeyValueLedger.Name;

    public bool TryCreate(ReadOnlyMemory<byte> settings, out ILedger? ledger, out string? error)
    {
        ledger = null;
        var initial = new SortedDictionary<string, string>(StringComparer.Ordinal);
        error = settings.IsEmpty ? null : Read(settings, initial);
        if (error is null) ledger = new KeyValueLedger(initial);
        return error is null;
    }

    private static string? Read(ReadOnlyMemory<byte> settings, SortedDictionary<string, string> initial)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(settings, new JsonDocumentOptions { MaxDepth = 4 });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return "settings: an object is expected";
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name != "initial") return $"{property.Name}: unknown setting";
                if (ReadInitial(property.Value, initial) is { } error) return error;
            }
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: text that is not Unicode.
            return $"settings: {exception.Message}";
        }
    }

    private static string? ReadInitial(JsonElement element, SortedDictionary<string, string> initial)
    {
        if (element.ValueKind != JsonValueKind.Object) return "initial: an object of strings is expected";
        foreach (JsonProperty record in element.EnumerateObject())
        {
            if (record.Value.ValueKind != JsonValueKind.String) return $"initial.{record.Name}: a string is expected";
            string value = record.Value.GetString()!;
            if (Encoding.UTF8.GetByteCount(record.Name) is 0 or > Limits.MaxKeyBytes)
                return $"initial.{record.Name}: a key has 1 to {Limits.MaxKeyBytes} bytes";
            if (Encoding.UTF8.GetByteCount(value) > Limits.MaxValueBytes) return $"initial.{record.Name}: the value is too long";
            if (!initial.TryAdd(record.Name, value)) return $"initial.{record.Name}: the key is there twice";
            if (initial.Count > Limits.MaxInitialRecords) return $"initial: at most {Limits.MaxInitialRecords} records";
        }
        return null;
    }
}
