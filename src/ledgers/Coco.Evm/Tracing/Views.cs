using Coco.Evm.State;

namespace Coco.Evm.Tracing;

/// <summary>What is to be done in a frame.</summary>
public enum CallKind : byte
{
    Call,
    CallCode,
    DelegateCall,
    StaticCall,
    Create,
    Create2,
    SelfDestruct,
}

/// <summary>The machine before an instruction. The last word of <see cref="Stack"/> is its top.</summary>
public readonly ref struct StepView
{
    public required int Pc { get; init; }
    public required Opcode Opcode { get; init; }
    public required long Gas { get; init; }

    /// <summary>0 in the outermost frame.</summary>
    public required int Depth { get; init; }
    public required Address Self { get; init; }
    public required ReadOnlySpan<UInt256> Stack { get; init; }
    public required ReadOnlySpan<byte> Memory { get; init; }
    public required ReadOnlySpan<byte> ReturnData { get; init; }
    public required JournaledState State { get; init; }
    public required ForkRules Rules { get; init; }
}

/// <summary>A frame that begins.</summary>
public readonly ref struct CallView
{
    public required CallKind Kind { get; init; }
    public required int Depth { get; init; }
    public required Address From { get; init; }

    /// <summary>The account called or created; of SELFDESTRUCT the one that gets the balance.</summary>
    public required Address To { get; init; }
    public required UInt256 Value { get; init; }
    public required long Gas { get; init; }

    /// <summary>Call data or init code.</summary>
    public required ReadOnlySpan<byte> Input { get; init; }
    public required bool IsPrecompile { get; init; }
    public required JournaledState State { get; init; }
}

/// <summary>How a frame ended.</summary>
public readonly ref struct ExitView
{
    public required int Depth { get; init; }
    public required long GasUsed { get; init; }

    /// <summary>Returned data, revert data, or deployed code.</summary>
    public required ReadOnlySpan<byte> Output { get; init; }
    public required EvmError Error { get; init; }

    /// <summary>Of an instruction that could not begin: which, and the height of the stack.</summary>
    public required FailedInstruction? Failed { get; init; }
}

/// <summary>An instruction that could not begin: the stack or the gas did not suffice, or it does not exist.</summary>
public readonly record struct FailedInstruction(Opcode Opcode, int StackHeight);
