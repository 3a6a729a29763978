using System.Text.Json;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>The transaction object of eth_call and its relatives.</summary>
internal struct CallInput
{
    private const string Type = "ethapi.TransactionArgs";

    private Address _from;
    private Address? _to;
    private ulong? _gas;
    private ulong? _nonce;
    private UInt256? _gasPrice;
    private UInt256? _mostFee;
    private UInt256? _priorityFee;
    private UInt256 _value;
    private UInt256? _chainId;
    private byte[]? _data;
    private byte[]? _input;
    private AccessListItem[]? _accessList;
    private List<SignedAuthorization>? _authorizations;

    /// <summary>Null, or the error of a field in geth's words.</summary>
    public static string? Read(ref Utf8JsonReader json, out CallInput call)
    {
        call = default;
        if (json.TokenType != JsonTokenType.StartObject)
            return $"json: cannot unmarshal {HexInput.KindOf(json.TokenType)} into Go value of type {Type}";
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            if (call.ReadField(ref json) is { } wrong) error ??= wrong;
        return error;
    }

    /// <summary>Checks what belongs together, and gives the call.</summary>
    public readonly RpcError? TryGet(ulong chainId, out CallRequest request)
    {
        request = new CallRequest();
        if (_gasPrice is not null && (_mostFee is not null || _priorityFee is not null))
            return RpcError.Of("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
        if (_mostFee is { } most && _priorityFee is { } tip && most < tip)
            return RpcError.Of($"maxFeePerGas ({most}) < maxPriorityFeePerGas ({tip})");
        if (_data is not null && _input is not null && !_data.AsSpan().SequenceEqual(_input))
            return RpcError.Of("both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data");
        if (_chainId is { } given && given != chainId)
            return RpcError.Of($"chainId does not match node's (have={given.ToBigInteger()}, want={chainId})");
        if (_to is null && (_input ?? _data) is not { Length: > 0 } && _value.IsZero && _authorizations is { Count: > 0 })
            return RpcError.Of("contract creation without any data provided");
        request = new CallRequest
        {
            From = _from,
            To = _to,
            Gas = _gas,
            Nonce = _nonce,
            IsLegacy = _gasPrice is not null,
            MaxFeePerGas = _gasPrice ?? _mostFee ?? _priorityFee,
            MaxPriorityFeePerGas = _gasPrice ?? _priorityFee ?? (_mostFee is null ? null : default(UInt256)),
            Value = _value,
            Data = _input ?? _data ?? [],
            AccessList = _accessList ?? [],
            Authorizations = _authorizations ?? [],
        };
        return null;
    }

    private string? ReadField(ref Utf8JsonReader json)
    {
        // The longest name that matters is maxPriorityFeePerGas.
        Span<byte> name = stackalloc byte[24];
        if (json.ValueSpan.Length > name.Length || json.ValueIsEscaped) return SkipValue(ref json);
        json.ValueSpan.CopyTo(name);
        name = name[..json.ValueSpan.Length];
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        string? error = ReadValue(name, ref json);
        return error is null ? null : InField(error, name);
    }

    private static string? SkipValue(ref Utf8JsonReader json)
    {
        json.Skip();
        return null;
    }

    private string? ReadValue(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader json)
    {
        if (name.SequenceEqual("from"u8)) return HexInput.ReadAddress(ref json, out _from);
        if (name.SequenceEqual("to"u8)) return ReadTo(ref json);
        if (name.SequenceEqual("data"u8)) return HexInput.ReadBytes(ref json, out _data);
        if (name.SequenceEqual("input"u8)) return HexInput.ReadBytes(ref json, out _input);
        if (name.SequenceEqual("value"u8)) return HexInput.ReadWord(ref json, out _value);
        if (name.SequenceEqual("gas"u8)) return ReadNumber(ref json, out _gas);
        if (name.SequenceEqual("nonce"u8)) return ReadNumber(ref json, out _nonce);
        if (name.SequenceEqual("gasPrice"u8)) return ReadWord(ref json, out _gasPrice);
        if (name.SequenceEqual("maxFeePerGas"u8)) return ReadWord(ref json, out _mostFee);
        if (name.SequenceEqual("maxPriorityFeePerGas"u8)) return ReadWord(ref json, out _priorityFee);
        if (name.SequenceEqual("chainId"u8)) return ReadWord(ref json, out _chainId);
        if (name.SequenceEqual("accessList"u8)) return AccessListInput.Read(ref json, out _accessList);
        if (name.SequenceEqual("authorizationList"u8)) return AuthorizationInput.Read(ref json, out _authorizations);
        return SkipValue(ref json);
    }

    private string? ReadTo(ref Utf8JsonReader json)
    {
        string? error = HexInput.ReadAddress(ref json, out Address to);
        _to = to;
        return error;
    }

    private static string? ReadNumber(ref Utf8JsonReader json, out ulong? value)
    {
        string? error = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out ulong number);
        value = number;
        return error;
    }

    private static string? ReadWord(ref Utf8JsonReader json, out UInt256? value)
    {
        string? error = HexInput.ReadWord(ref json, out UInt256 word);
        value = word;
        return error;
    }

    /// <summary>Go names the field in errors of type.</summary>
    private static string InField(string error, ReadOnlySpan<byte> name) => error.Replace(
        "Go value of type", $"Go struct field TransactionArgs.{System.Text.Encoding.ASCII.GetString(name)} of type", StringComparison.Ordinal);
}
