using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Coco.Ledgers.Ethereum.Tracing;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Reads how to trace; null, or the error in geth's words.</summary>
internal static class TraceOptionsInput
{
    private const string Type = "tracers.TraceConfig";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static string? Read(ref Utf8JsonReader json, out TraceOptions options)
    {
        options = new TraceOptions();
        if (json.TokenType != JsonTokenType.StartObject) return StateOverridesInput.Unexpected(ref json, Type);
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Null) continue;
            string? wrong = ReadField(ref json, name, ref options);
            error ??= wrong;
        }
        return error;
    }

    private static string? ReadField(ref Utf8JsonReader json, string name, ref TraceOptions options)
    {
        string? error = null;
        bool flag;
        switch (name)
        {
            case "tracer":
                options = options with { Tracer = HexInput.TextOf(ref json, out error) };
                if (options.Tracer is "") options = options with { Tracer = null };
                return error;
            case "tracerConfig":
                options = options with { TracerConfig = JsonElement.ParseValue(ref json) };
                return null;
            case "timeout":
                error = ReadDuration(ref json, out ulong milliseconds);
                options = options with { TimeoutMs = milliseconds };
                return error;
            case "enableMemory":
                error = ReadFlag(ref json, name, out flag);
                options = options with { StructLog = options.StructLog with { HasMemory = flag } };
                return error;
            case "disableStack":
                error = ReadFlag(ref json, name, out flag);
                options = options with { StructLog = options.StructLog with { HasStack = !flag } };
                return error;
            case "disableStorage":
                error = ReadFlag(ref json, name, out flag);
                options = options with { StructLog = options.StructLog with { HasStorage = !flag } };
                return error;
            case "enableReturnData":
                error = ReadFlag(ref json, name, out flag);
                options = options with { StructLog = options.StructLog with { HasReturnData = flag } };
                return error;
            case "limit":
                if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long limit))
                    return StateOverridesInput.Unexpected(ref json, "int");
                options = options with { StructLog = options.StructLog with { Limit = limit } };
                return null;
            case "stateOverrides":
                error = StateOverridesInput.Read(ref json, out StateOverrides state);
                options = options with { StateOverrides = state };
                return error;
            case "blockOverrides":
                error = BlockOverridesInput.Read(ref json, out BlockOverrides block);
                options = options with { BlockOverrides = block };
                return error;
            case "txIndex":
                error = HexInput.ReadQuantity(ref json, "hexutil.Uint", out ulong index);
                options = options with { TransactionIndex = index };
                return error;
            default:
                json.Skip();
                return null;
        }
    }

    private static string? ReadFlag(ref Utf8JsonReader json, string name, out bool value)
    {
        value = json.TokenType == JsonTokenType.True;
        if (json.TokenType is JsonTokenType.True or JsonTokenType.False) return null;
        string kind = HexInput.KindOf(json.TokenType);
        json.Skip();
        return $"json: cannot unmarshal {kind} into Go struct field TraceConfig.{name} of type bool";
    }

    private static string? ReadDuration(ref Utf8JsonReader json, out ulong milliseconds)
    {
        milliseconds = 0;
        if (HexInput.TextOf(ref json, out string? error) is not { } text) return error;
        return TryParse(text, out milliseconds) ? null : $"time: invalid duration \"{text}\"";
    }

    /// <summary>Go's form of durations: numbers with units, as in 1m30s or 300ms.</summary>
    private static bool TryParse(string text, out ulong milliseconds)
    {
        double sum = 0;
        milliseconds = 0;
        ReadOnlySpan<char> rest = text;
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
                return text == "0";
            rest = rest[digits..];
            int letters = rest.IndexOfAny(Digits);
            ReadOnlySpan<char> unit = letters < 0 ? rest : rest[..letters];
            if (UnitOf(unit) is not { } factor) return false;
            sum += number * factor;
            rest = rest[unit.Length..];
        }
        milliseconds = (ulong)Math.Min(sum, RpcLimits.TraceMostMs);
        return true;
    }

    private static double? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1e-6,
        "us" or "µs" or "μs" => 1e-3,
        "ms" => 1,
        "s" => 1e3,
        "m" => 60e3,
        "h" => 3600e3,
        _ => null,
    };
}
