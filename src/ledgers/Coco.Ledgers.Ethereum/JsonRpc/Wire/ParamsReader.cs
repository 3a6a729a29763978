using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Reads positional parameters. The first error sticks; <see cref="End"/> tells it, in geth's words.</summary>
internal ref struct ParamsReader
{
    private Utf8JsonReader _json;
    private int _index = -1;
    private bool _isAtEnd;

    public ParamsReader(ReadOnlySpan<byte> parameters)
    {
        if (parameters.IsEmpty || parameters.SequenceEqual("null"u8))
        {
            _isAtEnd = true;
            return;
        }
        _json = new Utf8JsonReader(parameters, new JsonReaderOptions { MaxDepth = RpcLimits.Depth });
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartArray) Fail(RpcError.InvalidParams("non-array args"));
    }

    public RpcError? Error { get; private set; }

    /// <summary>Nothing may follow.</summary>
    public RpcError? End()
    {
        int most = _index + 1;
        if (Error is null && !_isAtEnd && _json.Read() && _json.TokenType != JsonTokenType.EndArray)
            Fail(RpcError.InvalidParams($"too many arguments, want at most {most}"));
        return Error;
    }

    public Address Address()
    {
        Address address = default;
        if (Next(true)) Check(HexInput.ReadAddress(ref _json, out address));
        return address;
    }

    public Hash256 Hash()
    {
        Hash256 hash = default;
        if (Next(true)) Check(HexInput.ReadHash(ref _json, out hash));
        return hash;
    }

    public byte[] Bytes()
    {
        byte[] bytes = [];
        if (Next(true)) Check(HexInput.ReadBytes(ref _json, out bytes));
        return bytes;
    }

    public ulong Quantity(string type = HexInput.Uint64Type)
    {
        ulong value = 0;
        if (Next(true)) Check(HexInput.ReadQuantity(ref _json, type, out value));
        return value;
    }

    /// <summary>A quantity in hex, or a plain number.</summary>
    public ulong? OptionalNumber(bool isRequired = false)
    {
        if (!Next(isRequired) || IsNull) return null;
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetUInt64(out ulong plain)) return plain;
        Check(HexInput.ReadQuantity(ref _json, HexInput.Uint64Type, out ulong value));
        return value;
    }

    public string Text()
    {
        if (!Next(true)) return "";
        if (_json.TokenType == JsonTokenType.String) return HexInput.TextOf(ref _json, out string? wrong) is { } text && wrong is null ? text : "";
        Check($"json: cannot unmarshal {HexInput.KindOf(_json.TokenType)} into Go value of type string");
        return "";
    }

    public bool OptionalBool(bool isRequired = false)
    {
        if (!Next(isRequired) || IsNull) return false;
        if (_json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            Check($"json: cannot unmarshal {HexInput.KindOf(_json.TokenType)} into Go value of type bool");
        return _json.TokenType == JsonTokenType.True;
    }

    /// <summary>A block by tag or number.</summary>
    public BlockReference BlockNumber()
    {
        BlockReference block = default;
        if (Next(true)) Check(BlockInput.ReadNumber(ref _json, out block));
        return block;
    }

    /// <summary>A block by tag, number, hash or EIP-1898 object.</summary>
    public BlockReference Block()
    {
        BlockReference block = default;
        if (Next(true)) Check(BlockInput.Read(ref _json, out block));
        return block;
    }

    /// <summary>The same; the latest where there is none.</summary>
    public BlockReference BlockOrLatest()
    {
        BlockReference block = default;
        if (Next(false) && !IsNull) Check(BlockInput.Read(ref _json, out block));
        return block;
    }

    /// <summary>The JSON of the parameter; empty where there is none or null.</summary>
    public ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> parameters, bool isRequired)
    {
        if (!Next(isRequired) || (IsNull && !isRequired)) return default;
        int start = (int)_json.TokenStartIndex;
        _json.Skip();
        return parameters[start..(int)_json.BytesConsumed];
    }

    public CallInput Call()
    {
        CallInput call = default;
        if (Next(true)) Check(CallInput.Read(ref _json, out call));
        return call;
    }

    /// <summary>State overrides; null where there are none.</summary>
    public StateOverrides? StateOverrides()
    {
        if (!Next(false) || IsNull) return null;
        Check(StateOverridesInput.Read(ref _json, out StateOverrides overrides));
        return overrides;
    }

    /// <summary>Block overrides; null where there are none.</summary>
    public BlockOverrides? BlockOverrides()
    {
        if (!Next(false) || IsNull) return null;
        Check(BlockOverridesInput.Read(ref _json, out BlockOverrides overrides));
        return overrides;
    }

    /// <summary>How to trace.</summary>
    public TraceOptions TraceOptions()
    {
        TraceOptions options = new();
        if (Next(false) && !IsNull) Check(TraceOptionsInput.Read(ref _json, out options));
        return options;
    }

    public SimulateInput Simulation()
    {
        SimulateInput input = new();
        if (Next(true)) Check(SimulateInputReader.Read(ref _json, out input));
        return input;
    }

    /// <summary>What trace_* is asked for.</summary>
    public ParityKinds TraceKinds()
    {
        ParityKinds kinds = default;
        if (Next(true)) Check(ParityInput.ReadKinds(ref _json, out kinds));
        return kinds;
    }

    public ParityFilter TraceFilter()
    {
        ParityFilter filter = new();
        if (Next(true)) Check(ParityInput.ReadFilter(ref _json, out filter));
        return filter;
    }

    /// <summary>Calls, each with what is asked for.</summary>
    public List<(CallInput Call, ParityKinds Kinds)> TracedCalls()
    {
        List<(CallInput, ParityKinds)> calls = [];
        if (Next(true)) Check(ParityInput.ReadCalls(ref _json, out calls));
        return calls;
    }

    /// <summary>Positions as numbers in hex or decimal.</summary>
    public List<ulong> Positions()
    {
        List<ulong> positions = [];
        if (Next(true)) Check(ParityInput.ReadPositions(ref _json, out positions));
        return positions;
    }

    public LogFilter LogFilter()
    {
        LogFilter filter = new();
        if (Next(true)) Check(LogFilterInput.Read(ref _json, out filter));
        return filter;
    }

    /// <summary>The same; all logs where there is none.</summary>
    public LogFilter LogFilterOrAll()
    {
        LogFilter filter = new();
        if (Next(false) && !IsNull) Check(LogFilterInput.Read(ref _json, out filter));
        return filter;
    }

    /// <summary>An optional array of numbers.</summary>
    public double[] Doubles(int most)
    {
        if (!Next(false) || IsNull) return [];
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Check($"json: cannot unmarshal {HexInput.KindOf(_json.TokenType)} into Go value of type []float64");
            return [];
        }
        var numbers = new List<double>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType == JsonTokenType.Number && numbers.Count <= most) numbers.Add(_json.GetDouble());
            else if (_json.TokenType != JsonTokenType.Number)
            {
                Check($"json: cannot unmarshal {HexInput.KindOf(_json.TokenType)} into Go value of type float64");
                break;
            }
        }
        return [.. numbers];
    }

    /// <summary>Storage slots, each with or without leading zeros.</summary>
    public UInt256[] Slots(out List<string> names)
    {
        var slots = new List<UInt256>();
        names = [];
        if (!Next(true)) return [];
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Check($"json: cannot unmarshal {HexInput.KindOf(_json.TokenType)} into Go value of type []string");
            return [];
        }
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            string name = HexInput.TextOf(ref _json, out _) ?? "";
            if (HexInput.ParseSlot(name, out UInt256 slot) is { } error) Fail(RpcError.InvalidParams(error));
            if (slots.Count >= RpcLimits.Slots) Fail(RpcError.InvalidParams($"too many slots (max {RpcLimits.Slots})"));
            if (Error is not null) break;
            slots.Add(slot);
            names.Add(name);
        }
        return [.. slots];
    }

    /// <summary>Slots by account, as eth_getStorageValues takes them.</summary>
    public List<(Address Address, UInt256[] Slots)> SlotsByAddress()
    {
        var requests = new List<(Address Address, UInt256[] Slots)>();
        if (!Next(true)) return requests;
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Check($"json: cannot unmarshal {HexInput.KindOf(_json.TokenType)} into Go value of type map[common.Address][]common.Hash");
            return requests;
        }
        int count = 0;
        while (Error is null && _json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (!Coco.Evm.Address.TryParse(_json.GetString(), out Address address)) Check(HexInput.Wrap("invalid hex string", HexInput.AddressType));
            var slots = new List<UInt256>();
            bool isArray = _json.Read() && _json.TokenType == JsonTokenType.StartArray;
            if (!isArray) Check(HexInput.Wrap(HexInput.KindOf(_json.TokenType), "[]common.Hash"));
            while (Error is null && _json.Read() && _json.TokenType != JsonTokenType.EndArray)
            {
                Check(HexInput.ReadHash(ref _json, out Hash256 slot));
                if (++count > RpcLimits.Slots) Fail(RpcError.InvalidParams($"too many slots (max {RpcLimits.Slots})"));
                slots.Add(new UInt256(slot.Span));
            }
            requests.Add((address, [.. slots]));
        }
        if (Error is null && requests.Count == 0) Fail(RpcError.InvalidParams("empty request"));
        return requests;
    }

    /// <summary>One storage slot.</summary>
    public UInt256 Slot()
    {
        UInt256 slot = default;
        string name = Text();
        if (Error is null && HexInput.ParseSlot(name, out slot) is { } error) Fail(RpcError.InvalidParams(error));
        return slot;
    }

    private readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

    private bool Next(bool isRequired)
    {
        if (Error is not null) return false;
        _index++;
        if (!_isAtEnd && _json.Read() && _json.TokenType != JsonTokenType.EndArray) return true;
        _isAtEnd = true;
        if (isRequired) Fail(RpcError.InvalidParams($"missing value for required argument {_index}"));
        return false;
    }

    private void Check(string? error)
    {
        if (error is not null) Fail(RpcError.InvalidParams($"invalid argument {_index}: {error}"));
    }

    private void Fail(RpcError error) => Error ??= error;
}
