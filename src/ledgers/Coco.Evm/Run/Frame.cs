using System.Buffers;
using System.Runtime.CompilerServices;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Evm.Run;

/// <summary>
/// One call in progress. There is one for each depth, used again and again; a frame's input is a slice of its parent's memory and
/// its output stays in its own, so nothing is copied: the parent sleeps while the child runs, and the child's memory is
/// untouched until the parent opens the next frame.
/// </summary>
internal sealed class Frame(Machine machine, int depth)
{
    private ArrayBufferWriter<byte>? _precompileOutput;
    private EvmCode? _initCode;

    /// <summary>Here rather than beside the frame, so that the interpreter's loop has a register more.</summary>
    public Machine Machine { get; } = machine;

    public int Depth { get; } = depth;

    /// <summary>Pinned; one word below the first for the interpreter's pointer to an empty stack.</summary>
    public UInt256[] Stack { get; } = GC.AllocateUninitializedArray<UInt256>(Limits.StackWords + 1, pinned: true);

    public EvmMemory Memory { get; } = new();

    public CallKind Kind;
    public EvmCode Code = EvmCode.Empty;
    public int Pc;
    public int Height;
    public long Gas;
    public long GasAtStart;

    /// <summary>
    /// For tracers, what the cost of an instruction is more than what it took: gas that came back at once (a call that did not need
    /// a frame); less what a creation passed on, which does not count as its cost.
    /// </summary>
    public long GasReturned;

    public Address Self;
    public int SelfAccount;
    public Address Caller;
    public UInt256 Value;
    public bool IsStatic;
    public Snapshot Snapshot;

    public byte[] Input = [];
    public int InputStart, InputLength;

    /// <summary>Result of the last inner call.</summary>
    public byte[] ReturnData = [];
    public int ReturnStart, ReturnLength;

    /// <summary>Where this frame's result is: in its memory, or in <see cref="ReturnData"/> of a precompile.</summary>
    public int OutputStart, OutputLength;

    /// <summary>Where the parent wants the result.</summary>
    public int ResultStart, ResultLength;

    public EvmError Error;

    /// <summary>Where in the code the frame failed; -1 if no instruction failed.</summary>
    public int FailedAt;

    public bool IsCreate => Kind is CallKind.Create or CallKind.Create2;

    public ReadOnlySpan<byte> InputSpan => Input.AsSpan(InputStart, InputLength);
    public ReadOnlySpan<byte> ReturnSpan => ReturnData.AsSpan(ReturnStart, ReturnLength);
    public ReadOnlySpan<byte> OutputSpan => Memory.Bytes.AsSpan(OutputStart, OutputLength);

    public ArrayBufferWriter<byte> PrecompileOutput => _precompileOutput ??= new ArrayBufferWriter<byte>(256);

    /// <summary>Own buffers for init code, which is run once and analysed for that run only.</summary>
    public EvmCode InitCode => _initCode ??= new EvmCode();

    public void Begin(CallKind kind, long gas)
    {
        Kind = kind;
        Pc = Height = 0;
        Gas = GasAtStart = gas;
        InputStart = InputLength = ReturnStart = ReturnLength = OutputStart = OutputLength = 0;
        Error = EvmError.None;
        FailedAt = -1;
        Memory.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Charge(long gas) => (Gas -= gas) >= 0;

    /// <summary>Pays for and makes room for a range of memory; an empty range needs none wherever it is. False: out of gas.</summary>
    public bool Cover(in UInt256 start, in UInt256 length)
    {
        if (length.IsZero) return true;
        if (!start.IsUInt64 || !length.IsUInt64 || start.U0 > Limits.MemoryBytes || length.U0 > Limits.MemoryBytes) return Refuse();
        long end = (long)(start.U0 + length.U0);
        if (end <= Memory.Size) return true;
        if (end > Limits.MemoryBytes) return Refuse();
        if (!Charge(Memory.GasToCover(end))) return false;
        Memory.Cover((int)end);
        return true;
    }

    /// <summary>Pays by the word for a length that may be anything. False: out of gas.</summary>
    public bool ChargeWords(in UInt256 length, long gasPerWord)
    {
        if (!length.IsUInt64 || length.U0 > Limits.MemoryBytes) return Refuse();
        return Charge((((long)length.U0 + 31) >> 5) * gasPerWord);
    }

    public void ForgetReturnData() => ReturnLength = 0;

    /// <summary>Takes all gas and more: what is asked for nobody could pay.</summary>
    public bool Refuse()
    {
        Gas = -1;
        return false;
    }
}
