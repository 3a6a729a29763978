using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum.Tracing;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What a trace_* question wants to see.</summary>
internal readonly record struct ParityKinds(bool HasTrace, bool HasStateDiff);

/// <summary>What trace_filter looks for.</summary>
internal sealed record ParityFilter
{
    public BlockReference From { get; init; } = new(BlockTag.Earliest);
    public BlockReference To { get; init; }
    public IReadOnlyList<Address> Senders { get; init; } = [];
    public IReadOnlyList<Address> Targets { get; init; } = [];

    /// <summary>Both the sender and the target must be listed; else one of them.</summary>
    public bool IsIntersection { get; init; }
    public ulong After { get; init; }
    public ulong? Count { get; init; }

    public bool Matches(TracedCall call)
    {
        bool hasSenders = Senders.Count > 0, hasTargets = Targets.Count > 0;
        bool isFrom = Senders.Contains(call.From), isTo = Targets.Contains(call.To);
        if (!hasSenders && !hasTargets) return true;
        if (IsIntersection) return (!hasSenders || isFrom) && (!hasTargets || isTo);
        return isFrom || isTo;
    }
}

/// <summary>Reads the parameters of trace_*; null, or the error.</summary>
internal static class ParityInput
{
    public static string? ReadKinds(ref Utf8JsonReader json, out ParityKinds kinds)
    {
        kinds = default;
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[]string");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            switch (HexInput.TextOf(ref json, out string? wrong))
            {
                case "trace": kinds = kinds with { HasTrace = true }; break;
                case "stateDiff": kinds = kinds with { HasStateDiff = true }; break;
                case "vmTrace": error ??= "vmTrace is not supported: debug_traceTransaction shows single instructions"; break;
                case null: error ??= wrong; break;
                case { } other: error ??= $"unrecognized trace type: {other}"; break;
            }
        }
        return error;
    }

    public static string? ReadCalls(ref Utf8JsonReader json, out List<(CallInput Call, ParityKinds Kinds)> calls)
    {
        calls = [];
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[][]interface {}");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? wrong = ReadCall(ref json, out CallInput call, out ParityKinds kinds);
            if (calls.Count >= RpcLimits.TracedCalls) wrong ??= $"too many calls (max {RpcLimits.TracedCalls})";
            else calls.Add((call, kinds));
            error ??= wrong;
        }
        return error;
    }

    private static string? ReadCall(ref Utf8JsonReader json, out CallInput call, out ParityKinds kinds)
    {
        call = default;
        kinds = default;
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[]interface {}");
        string? error = null;
        int count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? wrong = null;
            if (count == 0) wrong = CallInput.Read(ref json, out call);
            else if (count == 1) wrong = ReadKinds(ref json, out kinds);
            else json.Skip();
            error ??= wrong;
            count++;
        }
        return error ?? (count == 2 ? null : "a call and what to trace are expected");
    }

    public static string? ReadPositions(ref Utf8JsonReader json, out List<ulong> positions)
    {
        positions = [];
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[]hexutil.Uint64");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out ulong position)) positions.Add(position);
            else
            {
                string? wrong = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out position);
                error ??= wrong;
                positions.Add(position);
            }
        }
        return error;
    }

    public static string? ReadFilter(ref Utf8JsonReader json, out ParityFilter filter)
    {
        filter = new ParityFilter();
        if (json.TokenType != JsonTokenType.StartObject) return StateOverridesInput.Unexpected(ref json, "TraceFilterRequest");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Null) continue;
            string? wrong = ReadField(ref json, name, ref filter);
            error ??= wrong;
        }
        return error;
    }

    private static string? ReadField(ref Utf8JsonReader json, string name, ref ParityFilter filter)
    {
        string? error = null;
        switch (name)
        {
            case "fromBlock":
                error = BlockInput.ReadNumber(ref json, out BlockReference from);
                filter = filter with { From = from };
                return error;
            case "toBlock":
                error = BlockInput.ReadNumber(ref json, out BlockReference to);
                filter = filter with { To = to };
                return error;
            case "fromAddress":
                error = ReadAddresses(ref json, out List<Address> senders);
                filter = filter with { Senders = senders };
                return error;
            case "toAddress":
                error = ReadAddresses(ref json, out List<Address> targets);
                filter = filter with { Targets = targets };
                return error;
            case "mode":
                string? mode = HexInput.TextOf(ref json, out error);
                filter = filter with { IsIntersection = mode == "intersection" };
                return error ?? (mode is "union" or "intersection" ? null : $"unknown mode {mode}");
            case "after":
                error = ReadCount(ref json, out ulong after);
                filter = filter with { After = after };
                return error;
            case "count":
                error = ReadCount(ref json, out ulong count);
                filter = filter with { Count = count };
                return error;
            default:
                json.Skip();
                return null;
        }
    }

    private static string? ReadCount(ref Utf8JsonReader json, out ulong count)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out count)) return null;
        return HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out count);
    }

    private static string? ReadAddresses(ref Utf8JsonReader json, out List<Address> addresses)
    {
        addresses = [];
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[]common.Address");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? wrong = HexInput.ReadAddress(ref json, out Address address);
            if (addresses.Count >= RpcLimits.FilterAlternatives) wrong ??= "exceed max addresses";
            else addresses.Add(address);
            error ??= wrong;
        }
        return error;
    }
}
