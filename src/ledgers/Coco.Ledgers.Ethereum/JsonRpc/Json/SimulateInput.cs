using System.Text.Json;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>A block that is to be simulated.</summary>
internal sealed record SimulatedBlockInput(BlockOverrides Block, StateOverrides? State, IReadOnlyList<CallInput> Calls);

/// <summary>The first parameter of eth_simulateV1.</summary>
internal sealed record SimulateInput
{
    public IReadOnlyList<SimulatedBlockInput> Blocks { get; init; } = [];
    public bool TracesTransfers { get; init; }
    public bool Validates { get; init; }
    public bool HasFullTransactions { get; init; }
}

/// <summary>Reads simulations; null, or the error in geth's words.</summary>
internal static class SimulateInputReader
{
    public static string? Read(ref Utf8JsonReader json, out SimulateInput input)
    {
        input = new SimulateInput();
        if (json.TokenType != JsonTokenType.StartObject) return StateOverridesInput.Unexpected(ref json, "ethapi.simOpts");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Null) continue;
            string? wrong = ReadField(ref json, name, ref input);
            error ??= wrong;
        }
        return error;
    }

    private static string? ReadField(ref Utf8JsonReader json, string name, ref SimulateInput input)
    {
        string? error;
        bool flag;
        switch (name)
        {
            case "blockStateCalls":
                error = ReadBlocks(ref json, out List<SimulatedBlockInput> blocks);
                input = input with { Blocks = blocks };
                return error;
            case "traceTransfers":
                error = ReadFlag(ref json, name, out flag);
                input = input with { TracesTransfers = flag };
                return error;
            case "validation":
                error = ReadFlag(ref json, name, out flag);
                input = input with { Validates = flag };
                return error;
            case "returnFullTransactions":
                error = ReadFlag(ref json, name, out flag);
                input = input with { HasFullTransactions = flag };
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
        return $"json: cannot unmarshal {kind} into Go struct field simOpts.{name} of type bool";
    }

    private static string? ReadBlocks(ref Utf8JsonReader json, out List<SimulatedBlockInput> blocks)
    {
        blocks = [];
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[]ethapi.simBlock");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? wrong = ReadBlock(ref json, out SimulatedBlockInput block);
            error ??= wrong;
            // One more than may be simulated is enough to know that there are too many.
            if (blocks.Count <= RpcLimits.SimulatedBlocks) blocks.Add(block);
        }
        return error;
    }

    private static string? ReadBlock(ref Utf8JsonReader json, out SimulatedBlockInput block)
    {
        var overrides = new BlockOverrides();
        StateOverrides? state = null;
        List<CallInput> calls = [];
        string? error = null;
        if (json.TokenType != JsonTokenType.StartObject) error = StateOverridesInput.Unexpected(ref json, "ethapi.simBlock");
        else
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                json.Read();
                if (json.TokenType == JsonTokenType.Null) continue;
                string? wrong = null;
                if (name == "blockOverrides") wrong = BlockOverridesInput.Read(ref json, out overrides);
                else if (name == "stateOverrides") wrong = StateOverridesInput.Read(ref json, out state);
                else if (name == "calls") wrong = ReadCalls(ref json, calls);
                else json.Skip();
                error ??= wrong;
            }
        }
        block = new SimulatedBlockInput(overrides, state, calls);
        return error;
    }

    private static string? ReadCalls(ref Utf8JsonReader json, List<CallInput> calls)
    {
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "[]ethapi.TransactionArgs");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? wrong = CallInput.Read(ref json, out CallInput call);
            error ??= wrong;
            calls.Add(call);
        }
        return error;
    }
}
