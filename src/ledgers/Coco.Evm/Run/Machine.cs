using System.Buffers;
using Coco.Evm.Precompiles;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Primitives;

namespace Coco.Evm.Run;

/// <summary>
/// Runs a message with all the calls that it makes. Frames are kept by depth and used again, so that neither deep calls nor
/// many calls use the host's stack or allocate.
/// </summary>
internal sealed class Machine(JournaledState state)
{
    private readonly Frame?[] _frames = new Frame?[Limits.CallDepth + 2];

    public JournaledState State { get; } = state;

    public ForkRules Rules = ForkRules.Of(EvmFork.Osaka);
    public BlockEnvironment Block = null!;
    public Address Origin;
    public UInt256 GasPrice;

    /// <summary>What BASEFEE answers: zero for a simulated call without fees, as other nodes do.</summary>
    public UInt256 BaseFee;
    public Hash256[] BlobHashes = [];

    /// <summary>An instruction has prepared the next frame, and the loop is to leave the present one.</summary>
    public bool HasPendingFrame;

    /// <summary>The precompiled contract at an address, or null where ordinary code counts.</summary>
    public Precompile? PrecompileAt(in Address address) =>
        Block.MovedPrecompiles is { } moved ? moved.At(address) : PrecompileSet.At(address, Rules.Fork);

    /// <summary>The instruction that failed and the height of the stack at it.</summary>
    public static FailedInstruction? FailedOf(Frame frame) =>
        frame.FailedAt < 0 ? null : new FailedInstruction((Opcode)frame.Code.Padded[frame.FailedAt], frame.Height);

    public Frame FrameAt(int depth) => _frames[depth] ??= new Frame(this, depth);

    /// <summary>Runs the outermost frame, prepared by the caller, to its end.</summary>
    public Frame Run<TTracer>(ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        Frame frame = FrameAt(0);
        while (true)
        {
            RunExit exit = Interpreter.Run(frame, ref tracer);
            if (exit == RunExit.Entered)
            {
                frame = FrameAt(frame.Depth + 1);
                continue;
            }
            Finish(frame, exit);
            if (TTracer.TracesCalls) ShowExit(frame, frame.OutputSpan, ref tracer);
            if (frame.Depth == 0) return frame;
            Frame parent = FrameAt(frame.Depth - 1);
            Resume(parent, frame);
            frame = parent;
        }
    }

    /// <summary>Checks for a collision and makes the account. False: the creation failed, with its gas.</summary>
    public bool BeginCreation(int creator, Frame child)
    {
        if (State.Collides(child.SelfAccount))
        {
            child.Gas = 0;
            child.Error = EvmError.CreateCollision;
            return false;
        }
        child.Snapshot = State.TakeSnapshot();
        State.MarkCreated(child.SelfAccount);
        if (Rules.DeletesEmpty) State.SetNonce(child.SelfAccount, 1);
        Transfer(creator, child.SelfAccount, child.Value);
        return true;
    }

    public void Transfer(int from, int to, in UInt256 value)
    {
        if (value.IsZero)
        {
            State.Touch(to, Rules.DeletesEmpty);
            return;
        }
        State.SetBalance(from, State.Balance(from) - value);
        State.AddBalance(to, value);
    }

    /// <summary>Runs a precompile in the frame prepared for it; on failure undoes the frame and takes its gas.</summary>
    public bool RunPrecompile(Frame frame, Precompile precompile, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        long gas = precompile.Gas(frame.InputSpan, Rules.Fork);
        bool paid = gas >= 0 && gas <= frame.Gas;
        if (paid && precompile.TryRun(frame.InputSpan, Rules.Fork, output))
        {
            frame.Gas -= gas;
            return true;
        }
        frame.Error = paid ? EvmError.PrecompileFailed : EvmError.OutOfGas;
        frame.Gas = 0;
        State.Revert(frame.Snapshot);
        return false;
    }

    public void ShowEnter<TTracer>(in Address from, Frame frame, in Address to, bool isPrecompile, ref TTracer tracer)
        where TTracer : struct, ITracer =>
        tracer.Enter(new CallView
        {
            Kind = frame.Kind,
            Depth = frame.Depth,
            From = from,
            To = to,
            Value = frame.Value,
            Gas = frame.GasAtStart,
            Input = frame.IsCreate ? frame.Code.Span : frame.InputSpan,
            IsPrecompile = isPrecompile,
            State = State,
        });

    public void ShowExit<TTracer>(Frame frame, ReadOnlySpan<byte> output, ref TTracer tracer)
        where TTracer : struct, ITracer =>
        tracer.Exit(new ExitView
        {
            Depth = frame.Depth,
            GasUsed = frame.GasAtStart - frame.Gas,
            Output = output,
            Error = frame.Error,
            Failed = FailedOf(frame),
        });

    private void Finish(Frame frame, RunExit exit)
    {
        if (exit == RunExit.Done && frame.IsCreate) exit = Deposit(frame);
        if (exit == RunExit.Done) return;
        State.Revert(frame.Snapshot);
        if (exit == RunExit.Reverted)
        {
            frame.Error = EvmError.Reverted;
            return;
        }
        frame.Gas = 0;
        frame.OutputLength = 0;
    }

    /// <summary>Stores what the init code returned as the contract's code, if it may be stored and is paid.</summary>
    private RunExit Deposit(Frame frame)
    {
        int length = frame.OutputLength;
        if (Rules.LimitsCodeSize && length > Limits.CodeBytes) return Fail(frame, EvmError.CodeTooLarge);
        if (Rules.RefusesCodeWithEf && length > 0 && frame.OutputSpan[0] == 0xef) return Fail(frame, EvmError.InvalidCodePrefix);
        long gas = (long)length * GasCosts.CodeByte;
        if (gas <= frame.Gas)
        {
            frame.Gas -= gas;
            if (length > 0) State.SetCode(frame.SelfAccount, frame.OutputSpan);
            return RunExit.Done;
        }
        if (Rules.HasHomesteadCreation) return Fail(frame, EvmError.DepositOutOfGas);
        frame.OutputLength = 0; // Frontier: the contract exists, without code
        return RunExit.Done;
    }

    private static RunExit Fail(Frame frame, EvmError error)
    {
        frame.Error = error;
        return RunExit.Failed;
    }

    /// <summary>Hands a finished frame's gas and result to the frame that opened it; the top of its stack is the answer.</summary>
    private static void Resume(Frame parent, Frame child)
    {
        parent.Gas += child.Gas;
        bool succeeded = child.Error == EvmError.None;
        bool hidesOutput = child.IsCreate && succeeded;
        parent.ReturnData = child.Memory.Bytes;
        parent.ReturnStart = child.OutputStart;
        parent.ReturnLength = hidesOutput ? 0 : child.OutputLength;
        ref UInt256 answer = ref parent.Stack[parent.Height];
        if (child.IsCreate)
        {
            answer = succeeded ? child.Self.ToUInt256() : default;
            return;
        }
        answer = new UInt256(succeeded ? 1UL : 0);
        int length = Math.Min(child.ResultLength, child.OutputLength);
        if (length > 0) child.OutputSpan[..length].CopyTo(parent.Memory.Slice(child.ResultStart, length));
    }
}
