using System.Text.Json;
using Coco.Ledgers.Ethereum.JsonRpc;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>geth's native tracers by name.</summary>
internal static class Tracers
{
    /// <summary>Makes the tracer that is asked for; the error where there is none, or its settings are wrong.</summary>
    public static RpcError? TryMake(TraceOptions options, TraceBudget budget, out TransactionTracer tracer)
    {
        tracer = new StructLogger(options.StructLog, budget);
        return options.Tracer is null ? null : TryMake(options.Tracer, options.TracerConfig, budget, out tracer);
    }

    private static RpcError? TryMake(string name, JsonElement? config, TraceBudget budget, out TransactionTracer tracer)
    {
        tracer = new NoopTracer();
        if (config is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) } wrong)
            return RpcError.Of(HexInput.Wrap(wrong.ValueKind.ToString().ToLowerInvariant(), $"native.{name}Config"));
        switch (name)
        {
            case "callTracer":
                tracer = new CallTracer(budget, Has(config, "withLog"), Has(config, "onlyTopCall"));
                return null;
            case "flatCallTracer":
                tracer = new FlatCallTracer(budget, Has(config, "convertParityErrors"), Has(config, "includePrecompiles"));
                return null;
            case "prestateTracer":
                tracer = new PrestateTracer(budget, new PrestateOptions(
                    Has(config, "diffMode"), !Has(config, "disableCode"), !Has(config, "disableStorage"), Has(config, "includeEmpty")));
                return null;
            case "4byteTracer":
                tracer = new FourByteTracer();
                return null;
            case "noopTracer": return null;
            case "muxTracer": return TryMakeMux(config, budget, out tracer);
            default: return RpcError.Of($"tracer not found: {name}");
        }
    }

    private static RpcError? TryMakeMux(JsonElement? config, TraceBudget budget, out TransactionTracer tracer)
    {
        var tracers = new List<(string, TransactionTracer)>();
        tracer = new MuxTracer(tracers);
        if (config is not { ValueKind: JsonValueKind.Object } given) return null;
        foreach (JsonProperty one in given.EnumerateObject())
        {
            // A tracer of tracers inside of one would nest without end.
            if (one.Name == "muxTracer") return RpcError.Of("tracer not found: muxTracer");
            if (TryMake(one.Name, one.Value, budget, out TransactionTracer inner) is { } error) return error;
            tracers.Add((one.Name, inner));
        }
        return null;
    }

    private static bool Has(JsonElement? config, string name) =>
        config is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.True;
}
