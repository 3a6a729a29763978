using System.Text;
using Coco.Evm;
using Coco.Ledgers.Ethereum.Tracing;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Why a call failed, in geth's words.</summary>
internal static class CallErrors
{
    private const int Selector = 4;

    /// <summary>keccak("Error(string)") and keccak("Panic(uint256)"), as Solidity reverts.</summary>
    private static ReadOnlySpan<byte> ErrorSelector => [0x08, 0xc3, 0x79, 0xa0];
    private static ReadOnlySpan<byte> PanicSelector => [0x4e, 0x48, 0x7b, 0x71];

    /// <summary>Null if the call succeeded.</summary>
    public static RpcError? Of(CallResult result, CallRequest request)
    {
        if (result.Refusal is { } refusal)
            return RpcError.Of($"err: {refusal.Message} (supplied gas {Math.Min(request.Gas ?? StateQueries.QueryGas, StateQueries.QueryGas)})");
        return Of(result);
    }

    public static RpcError Of(GasEstimate estimate)
    {
        if (estimate.Refusal is { } refusal) return RpcError.Of(refusal.Message);
        CallResult failure = estimate.Failure!;
        return failure.Error == EvmError.OutOfGas ? RpcError.Of($"gas required exceeds allowance ({failure.GasUsed})") : Of(failure)!;
    }

    private static RpcError? Of(CallResult result) => result.Error switch
    {
        EvmError.None => null,
        EvmError.Reverted => Reverted(result.Output),
        _ => RpcError.Of(GethErrors.Of(result.Error, result.Failed)),
    };

    public static RpcError Reverted(ReadOnlyMemory<byte> output)
    {
        string message = ReasonOf(output.Span) is { } reason ? "execution reverted: " + reason : "execution reverted";
        return new RpcError(RpcError.Reverted, message, output);
    }

    /// <summary>What Solidity wanted to say; null where the data is in no form of its.</summary>
    public static string? ReasonOf(ReadOnlySpan<byte> data)
    {
        if (data.Length < Selector + UInt256.Size) return null;
        ReadOnlySpan<byte> body = data[Selector..];
        if (data.StartsWith(PanicSelector)) return PanicOf(new UInt256(body[..UInt256.Size]));
        if (!data.StartsWith(ErrorSelector)) return null;
        var offset = new UInt256(body[..UInt256.Size]);
        if (offset > (ulong)body.Length || (int)offset.U0 + UInt256.Size > body.Length) return null;
        var length = new UInt256(body.Slice((int)offset.U0, UInt256.Size));
        ReadOnlySpan<byte> text = body[((int)offset.U0 + UInt256.Size)..];
        return length <= (ulong)text.Length ? Encoding.UTF8.GetString(text[..(int)length.U0]) : null;
    }

    /// <summary>https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require</summary>
    private static string PanicOf(in UInt256 code) => !code.IsUInt64 ? $"unknown panic code: {code}" : code.U0 switch
    {
        0x00 => "generic panic",
        0x01 => "assert(false)",
        0x11 => "arithmetic underflow or overflow",
        0x12 => "division or modulo by zero",
        0x21 => "enum overflow",
        0x22 => "invalid encoded storage byte array accessed",
        0x31 => "out-of-bounds array access; popping on an empty array",
        0x32 => "out-of-bounds access of an array or bytesN",
        0x41 => "out of memory",
        0x51 => "uninitialized function",
        _ => $"unknown panic code: {code}",
    };
}
