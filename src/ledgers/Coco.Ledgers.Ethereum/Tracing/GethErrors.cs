using Coco.Evm;
using Coco.Evm.Tracing;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>Names of instructions and errors in geth's words.</summary>
internal static class GethErrors
{
    private static readonly ForkRules Newest = ForkRules.Of(Enum.GetValues<EvmFork>()[^1]);
    private static readonly string[] Names = [.. Enumerable.Range(0, 256).Select(static code => MakeName((Opcode)code))];

    /// <summary>The instruction's name, also where the fork does not have it yet.</summary>
    public static string NameOf(Opcode opcode) => Names[(int)opcode];

    public static string Of(EvmError error, FailedInstruction? failed) => error switch
    {
        EvmError.OutOfGas => "out of gas",
        EvmError.DepositOutOfGas => "contract creation code storage out of gas",
        EvmError.StackUnderflow when failed is { } at => $"stack underflow ({at.StackHeight} <=> {Newest.Fact(at.Opcode).StackIn})",
        EvmError.StackUnderflow => "stack underflow",
        EvmError.StackOverflow when failed is { } at => $"stack limit reached {at.StackHeight} ({Most(Newest.Fact(at.Opcode))})",
        EvmError.StackOverflow => $"stack limit reached {Limits.StackWords}",
        EvmError.InvalidOpcode => $"invalid opcode: {NameOf(failed?.Opcode ?? Opcode.Invalid)}",
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

    /// <summary>How high the stack may be before an instruction.</summary>
    private static int Most(in OpcodeFact fact) => Limits.StackWords + fact.StackIn - fact.StackOut;

    private static string MakeName(Opcode opcode) => opcode switch
    {
        Opcode.PrevRandao => "DIFFICULTY",
        Opcode.Invalid => "INVALID",
        _ => Newest.Fact(opcode) is { IsDefined: true } fact ? fact.Name : $"opcode 0x{(int)opcode:x} not defined",
    };
}
