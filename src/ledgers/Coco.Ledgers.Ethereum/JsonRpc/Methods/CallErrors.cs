using System.Text;
using Coco.Evm;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Why a call failed, in geth's words.</summary>
internal static class CallErrors
{
    private const int Selector = 4;

    /// <summary>keccak("Error(string)") and keccak("Panic(uint256)"), as Solidity reverts.</summary>
    private static ReadOnlySpan<byte> ErrorSelector => [0x08, 0xc3, 0x79, 0xa0];
    private static ReadOnlySpan<byte> PanicSelector => [0x4e, 0x48, 0x7b, 0x71];

    /// <summary>Null if the call succeeded.</summary>
    public static RpcError? Of(CallResult result, CallRequest request, StateQueries state)
    {
        if (result.Refusal is { } refusal)
            return RpcError.Of($"err: {Words(refusal, request, state)} (supplied gas {Math.Min(request.Gas ?? StateQueries.QueryGas, StateQueries.QueryGas)})");
        return Of(result);
    }

    public static RpcError Of(GasEstimate estimate, CallRequest request, StateQueries state)
    {
        if (estimate.Refusal is { } refusal) return RpcError.Of(Words(refusal, request, state));
        CallResult failure = estimate.Failure!;
        return failure.Error == EvmError.OutOfGas ? RpcError.Of($"gas required exceeds allowance ({failure.GasUsed})") : Of(failure)!;
    }

    private static RpcError? Of(CallResult result) => result.Error switch
    {
        EvmError.None => null,
        EvmError.Reverted => Reverted(result.Output),
        _ => RpcError.Of(TextOf(result.Error)),
    };

    public static RpcError Reverted(ReadOnlyMemory<byte> output)
    {
        string message = ReasonOf(output.Span) is { } reason ? "execution reverted: " + reason : "execution reverted";
        return new RpcError(RpcError.Reverted, message, output);
    }

    public static string TextOf(EvmError error) => error switch
    {
        EvmError.OutOfGas => "out of gas",
        EvmError.StackUnderflow => "stack underflow",
        EvmError.StackOverflow => "stack limit reached 1024",
        EvmError.InvalidOpcode => "invalid opcode: INVALID",
        EvmError.InvalidJump => "invalid jump destination",
        EvmError.StaticViolation => "write protection",
        EvmError.ReturnDataOutOfBounds => "return data out of bounds",
        EvmError.CreateCollision => "contract address collision",
        EvmError.CodeTooLarge => "max code size exceeded",
        EvmError.InitCodeTooLarge => "max initcode size exceeded",
        EvmError.InvalidCodePrefix => "invalid code: must not begin with 0xef",
        EvmError.CallDepth => "max call depth exceeded",
        EvmError.InsufficientBalance => "insufficient balance for transfer",
        EvmError.NonceOverflow => "nonce uint64 overflow",
        EvmError.Reverted => "execution reverted",
        _ => "precompiled contract failed",
    };

    /// <summary>geth's state transition names the account where its pool names the overshoot.</summary>
    private static string Words(Refusal refusal, CallRequest request, StateQueries state)
    {
        if (!refusal.Message.StartsWith("insufficient funds for gas", StringComparison.Ordinal)) return refusal.Message;
        UInt256 gas = request.Gas ?? StateQueries.QueryGas;
        UInt256 want = request.Value + (gas * (request.MaxFeePerGas ?? default));
        return $"insufficient funds for gas * price + value: address {JsonOutput.Checksummed(request.From)} "
            + $"have {state.Account(request.From).Balance.ToBigInteger()} want {want.ToBigInteger()}";
    }

    /// <summary>What Solidity wanted to say; null where the data is in no form of its.</summary>
    private static string? ReasonOf(ReadOnlySpan<byte> data)
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
