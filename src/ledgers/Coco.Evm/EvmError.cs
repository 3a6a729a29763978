namespace Coco.Evm;

/// <summary>Why a frame did not end normally. All but <see cref="None"/> and <see cref="Reverted"/> cost the frame all its gas.</summary>
public enum EvmError : byte
{
    None,
    Reverted,
    OutOfGas,
    StackUnderflow,
    StackOverflow,
    InvalidOpcode,
    InvalidJump,
    StaticViolation,
    ReturnDataOutOfBounds,
    CreateCollision,
    CodeTooLarge,
    InitCodeTooLarge,
    InvalidCodePrefix,
    PrecompileFailed,

    /// <summary>What the init code returned cannot be paid.</summary>
    DepositOutOfGas,

    /// <summary>The frame was never entered; its gas came back.</summary>
    CallDepth,
    InsufficientBalance,
    NonceOverflow,
}
