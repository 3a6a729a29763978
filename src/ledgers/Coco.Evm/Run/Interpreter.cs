using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Evm.Tracing;

namespace Coco.Evm.Run;

/// <summary>How the interpreter left a frame.</summary>
internal enum RunExit : byte
{
    Done,
    Reverted,
    Failed,
    Entered,
}

/// <summary>
/// The instruction loop. Safety of the pointers, all into pinned arrays that the frame keeps alive: <c>code</c> is followed by
/// <see cref="Code.EvmCode.Padding"/> zero bytes and zero is STOP, so that reading an instruction and its immediate stays inside;
/// <c>sp</c> moves only by what the one check before each instruction (<see cref="OpcodeCheck"/>) allowed; jump targets are
/// below the code's length; memory is read and written below <see cref="EvmMemory.Size"/>.
/// Gas, program counter and stack pointer live in locals whose address is never taken, so that they stay in registers.
/// </summary>
internal static unsafe class Interpreter
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RunExit Run<TTracer>(Frame f, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        OpcodeCheck* checks = (OpcodeCheck*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(f.Machine.Rules.Checks));
        byte* code = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(f.Code.Padded));
        UInt256* bottom = (UInt256*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(f.Stack));
        UInt256* sp = bottom + f.Height;
        byte* ip = code + f.Pc;
        long gas = f.Gas;
        EvmError error;
        long gasBefore = 0;

    Next:
        byte op = *ip;
        OpcodeCheck check = checks[op];
        if (TTracer.TracesSteps)
        {
            gasBefore = gas;
            f.GasReturned = 0;
            ShowStep(f.Machine, f, ref tracer, (int)(ip - code), op, gas, (int)(sp - bottom));
        }
        gas -= check.Gas;
        if (((uint)((int)((byte*)sp - (byte*)bottom) - check.Least) > check.Room) | (gas < 0)) goto Refused;
        ip++;
        switch ((Opcode)op)
        {
            case Opcode.Stop:
                f.OutputLength = 0;
                f.Gas = gas;
                if (TTracer.TracesSteps) tracer.StepDone(0, EvmError.None);
                return RunExit.Done;
            case Opcode.Add: sp--; sp[0] = sp[1] + sp[0]; break;
            case Opcode.Sub: sp--; sp[0] = sp[1] - sp[0]; break;
            case Opcode.Mul: sp--; Words.Multiply(sp); break;
            case Opcode.Div: sp--; Words.Divide(sp); break;
            case Opcode.SDiv: sp--; Words.SignedDivide(sp); break;
            case Opcode.Mod: sp--; Words.Modulo(sp); break;
            case Opcode.SMod: sp--; Words.SignedModulo(sp); break;
            case Opcode.AddMod: sp -= 2; Words.AddModulo(sp); break;
            case Opcode.MulMod: sp -= 2; Words.MultiplyModulo(sp); break;
            case Opcode.SignExtend: sp--; Words.SignExtend(sp); break;
            case Opcode.Lt: sp--; sp[0] = new UInt256(Carry.Of(sp[1] < sp[0])); break;
            case Opcode.Gt: sp--; sp[0] = new UInt256(Carry.Of(sp[1] > sp[0])); break;
            case Opcode.SLt: sp--; Words.SignedLess(sp); break;
            case Opcode.SGt: sp--; Words.SignedGreater(sp); break;
            case Opcode.Eq: sp--; sp[0] = new UInt256(Carry.Of(sp[1] == sp[0])); break;
            case Opcode.IsZero: sp[0] = new UInt256(Carry.Of(sp[0].IsZero)); break;
            case Opcode.And: sp--; sp[0] = sp[1] & sp[0]; break;
            case Opcode.Or: sp--; sp[0] = sp[1] | sp[0]; break;
            case Opcode.Xor: sp--; sp[0] = sp[1] ^ sp[0]; break;
            case Opcode.Not: sp[0] = ~sp[0]; break;
            case Opcode.Byte: sp--; Words.Byte(sp); break;
            case Opcode.Shl: sp--; Words.ShiftLeft(sp); break;
            case Opcode.Shr: sp--; Words.ShiftRight(sp); break;
            case Opcode.Sar: sp--; Words.ShiftRightSigned(sp); break;
            case Opcode.Clz: sp[0] = new UInt256((ulong)(256 - sp[0].BitLength)); break;
            case Opcode.Exp: f.Gas = gas; error = DataOps.Exp(f.Machine, f, new Operands(sp)); sp--; goto Checked;
            case Opcode.Keccak256: f.Gas = gas; error = DataOps.Keccak(f, new Operands(sp)); sp--; goto Checked;

            case Opcode.Address: *++sp = f.Self.ToUInt256(); break;
            case Opcode.Balance: f.Gas = gas; error = AccountOps.Balance(f.Machine, f, new Operands(sp)); goto Checked;
            case Opcode.Origin: *++sp = f.Machine.Origin.ToUInt256(); break;
            case Opcode.Caller: *++sp = f.Caller.ToUInt256(); break;
            case Opcode.CallValue: *++sp = f.Value; break;
            case Opcode.CallDataLoad: DataOps.CallDataLoad(f, new Operands(sp)); break;
            case Opcode.CallDataSize: *++sp = new UInt256((ulong)f.InputLength); break;
            case Opcode.CallDataCopy: f.Gas = gas; error = DataOps.CallDataCopy(f, new Operands(sp)); sp -= 3; goto Checked;
            case Opcode.CodeSize: *++sp = new UInt256((ulong)f.Code.Length); break;
            case Opcode.CodeCopy: f.Gas = gas; error = DataOps.CodeCopy(f, new Operands(sp)); sp -= 3; goto Checked;
            case Opcode.GasPrice: *++sp = f.Machine.GasPrice; break;
            case Opcode.ExtCodeSize: f.Gas = gas; error = AccountOps.CodeSize(f.Machine, f, new Operands(sp)); goto Checked;
            case Opcode.ExtCodeCopy: f.Gas = gas; error = AccountOps.CodeCopy(f.Machine, f, new Operands(sp)); sp -= 4; goto Checked;
            case Opcode.ReturnDataSize: *++sp = new UInt256((ulong)f.ReturnLength); break;
            case Opcode.ReturnDataCopy: f.Gas = gas; error = DataOps.ReturnDataCopy(f, new Operands(sp)); sp -= 3; goto Checked;
            case Opcode.ExtCodeHash: f.Gas = gas; error = AccountOps.CodeHash(f.Machine, f, new Operands(sp)); goto Checked;

            case Opcode.BlockHash: BlockOps.BlockHash(f.Machine, new Operands(sp)); break;
            case Opcode.Coinbase: *++sp = f.Machine.Block.Coinbase.ToUInt256(); break;
            case Opcode.Timestamp: *++sp = new UInt256(f.Machine.Block.Timestamp); break;
            case Opcode.Number: *++sp = new UInt256(f.Machine.Block.Number); break;
            case Opcode.PrevRandao: *++sp = f.Machine.Rules.Fork >= EvmFork.Paris ? f.Machine.Block.PrevRandao : f.Machine.Block.Difficulty; break;
            case Opcode.GasLimit: *++sp = new UInt256((ulong)f.Machine.Block.GasLimit); break;
            case Opcode.ChainId: *++sp = new UInt256(f.Machine.Block.ChainId); break;
            case Opcode.SelfBalance: *++sp = f.Machine.State.Balance(f.SelfAccount); break;
            case Opcode.BaseFee: *++sp = f.Machine.BaseFee; break;
            case Opcode.BlobHash: BlockOps.BlobHash(f.Machine, new Operands(sp)); break;
            case Opcode.BlobBaseFee: *++sp = f.Machine.Block.BlobBaseFee; break;

            case Opcode.Pop: sp--; break;
            case Opcode.MLoad:
                if (sp->IsUInt64 && sp->U0 < f.Memory.WordStarts)
                {
                    LoadWord(ref f.Memory.At(sp->U0), sp);
                    break;
                }
                f.Gas = gas;
                error = DataOps.MLoad(f, new Operands(sp));
                goto Checked;
            case Opcode.MStore:
                sp -= 2;
                if (sp[2].IsUInt64 && sp[2].U0 < f.Memory.WordStarts)
                {
                    StoreWord(ref f.Memory.At(sp[2].U0), sp + 1);
                    break;
                }
                f.Gas = gas;
                error = DataOps.MStore(f, new Operands(sp + 2));
                goto Checked;
            case Opcode.MStore8: f.Gas = gas; error = DataOps.MStore8(f, new Operands(sp)); sp -= 2; goto Checked;
            case Opcode.SLoad: f.Gas = gas; error = StorageOps.Load(f.Machine, f, new Operands(sp)); goto Checked;
            case Opcode.SStore: f.Gas = gas; error = StorageOps.Store(f.Machine, f, new Operands(sp)); sp -= 2; goto Checked;
            case Opcode.Jump:
                sp--;
                if (!CanJump(f, sp + 1)) goto BadJump;
                ip = code + sp[1].U0;
                break;
            case Opcode.JumpI:
                sp -= 2;
                if (sp[1].IsZero) break;
                if (!CanJump(f, sp + 2)) goto BadJump;
                ip = code + sp[2].U0;
                break;
            case Opcode.Pc: *++sp = new UInt256((ulong)(ip - code - 1)); break;
            case Opcode.MSize: *++sp = new UInt256((ulong)f.Memory.Size); break;
            case Opcode.Gas: *++sp = new UInt256((ulong)gas); break;
            case Opcode.JumpDest: break;
            case Opcode.TLoad: sp[0] = f.Machine.State.GetTransient(f.SelfAccount, sp[0]); break;
            case Opcode.TStore: f.Gas = gas; error = StorageOps.StoreTransient(f.Machine, f, new Operands(sp)); sp -= 2; goto Checked;
            case Opcode.MCopy: f.Gas = gas; error = DataOps.MCopy(f, new Operands(sp)); sp -= 3; goto Checked;

            case Opcode.Push0: *++sp = default; break;
            case Opcode.Push1: *++sp = new UInt256(*ip); ip++; break;
            case Opcode.Push2:
                *++sp = new UInt256(BinaryPrimitives.ReverseEndianness(*(ushort*)ip));
                ip += 2;
                break;
            case Opcode.Push3:
            case Opcode.Push4:
            case Opcode.Push5:
            case Opcode.Push6:
            case Opcode.Push7:
            case Opcode.Push8:
                int size = op - ((int)Opcode.Push1 - 1);
                *++sp = new UInt256(BinaryPrimitives.ReverseEndianness(*(ulong*)ip) >> (64 - (8 * size)));
                ip += size;
                break;
            case Opcode.Push20:
                *++sp = new UInt256(
                    BinaryPrimitives.ReverseEndianness(*(ulong*)(ip + 12)), BinaryPrimitives.ReverseEndianness(*(ulong*)(ip + 4)),
                    BinaryPrimitives.ReverseEndianness(*(uint*)ip));
                ip += 20;
                break;
            case Opcode.Push32: LoadWord(ref *ip, ++sp); ip += 32; break;
            case Opcode.Push9:
            case Opcode.Push10:
            case Opcode.Push11:
            case Opcode.Push12:
            case Opcode.Push13:
            case Opcode.Push14:
            case Opcode.Push15:
            case Opcode.Push16:
            case Opcode.Push17:
            case Opcode.Push18:
            case Opcode.Push19:
            case Opcode.Push21:
            case Opcode.Push22:
            case Opcode.Push23:
            case Opcode.Push24:
            case Opcode.Push25:
            case Opcode.Push26:
            case Opcode.Push27:
            case Opcode.Push28:
            case Opcode.Push29:
            case Opcode.Push30:
            case Opcode.Push31:
                size = op - ((int)Opcode.Push1 - 1);
                PushLong(ip, size, ++sp);
                ip += size;
                break;
            case Opcode.Dup1:
            case Opcode.Dup2:
            case Opcode.Dup3:
            case Opcode.Dup4:
            case Opcode.Dup5:
            case Opcode.Dup6:
            case Opcode.Dup7:
            case Opcode.Dup8:
            case Opcode.Dup9:
            case Opcode.Dup10:
            case Opcode.Dup11:
            case Opcode.Dup12:
            case Opcode.Dup13:
            case Opcode.Dup14:
            case Opcode.Dup15:
            case Opcode.Dup16:
                sp++;
                sp[0] = sp[(int)Opcode.Dup1 - 1 - op];
                break;
            case Opcode.Swap1:
            case Opcode.Swap2:
            case Opcode.Swap3:
            case Opcode.Swap4:
            case Opcode.Swap5:
            case Opcode.Swap6:
            case Opcode.Swap7:
            case Opcode.Swap8:
            case Opcode.Swap9:
            case Opcode.Swap10:
            case Opcode.Swap11:
            case Opcode.Swap12:
            case Opcode.Swap13:
            case Opcode.Swap14:
            case Opcode.Swap15:
            case Opcode.Swap16:
                UInt256* other = sp + ((int)Opcode.Swap1 - 1 - op);
                UInt256 top = *sp;
                *sp = *other;
                *other = top;
                break;

            case Opcode.Log0:
            case Opcode.Log1:
            case Opcode.Log2:
            case Opcode.Log3:
            case Opcode.Log4:
                f.Gas = gas;
                error = LogOps.Log(f.Machine, f, new Operands(sp), op - (int)Opcode.Log0, ref tracer);
                sp -= 2 + ip[-1] - (int)Opcode.Log0;
                goto Checked;
            case Opcode.Create: f.Gas = gas; error = CreateOps.Create(f.Machine, f, new Operands(sp), CallKind.Create, ref tracer); sp -= 2; goto Opened;
            case Opcode.Create2: f.Gas = gas; error = CreateOps.Create(f.Machine, f, new Operands(sp), CallKind.Create2, ref tracer); sp -= 3; goto Opened;
            case Opcode.Call: f.Gas = gas; error = CallOps.Call(f.Machine, f, new Operands(sp), CallKind.Call, ref tracer); sp -= 6; goto Opened;
            case Opcode.CallCode: f.Gas = gas; error = CallOps.Call(f.Machine, f, new Operands(sp), CallKind.CallCode, ref tracer); sp -= 6; goto Opened;
            case Opcode.DelegateCall: f.Gas = gas; error = CallOps.Call(f.Machine, f, new Operands(sp), CallKind.DelegateCall, ref tracer); sp -= 5; goto Opened;
            case Opcode.StaticCall: f.Gas = gas; error = CallOps.Call(f.Machine, f, new Operands(sp), CallKind.StaticCall, ref tracer); sp -= 5; goto Opened;
            case Opcode.Return:
            case Opcode.Revert:
                f.Gas = gas;
                if (!DataOps.SetOutput(f, new Operands(sp))) goto OutOfGas;
                if (TTracer.TracesSteps) tracer.StepDone(gasBefore - f.Gas, EvmError.None);
                return ip[-1] == (byte)Opcode.Return ? RunExit.Done : RunExit.Reverted;
            case Opcode.SelfDestruct:
                f.Gas = gas;
                error = AccountOps.SelfDestruct(f.Machine, f, new Operands(sp), ref tracer);
                if (error != EvmError.None) goto Failed;
                if (TTracer.TracesSteps) tracer.StepDone(gasBefore - f.Gas, EvmError.None);
                return RunExit.Done;
            default:
                ip--;
                goto Refused;
        }
        if (TTracer.TracesSteps) tracer.StepDone(gasBefore - gas, EvmError.None);
        goto Next;

    Checked:
        gas = f.Gas;
        if (error != EvmError.None) goto Failed;
        if (TTracer.TracesSteps) tracer.StepDone(gasBefore - gas, EvmError.None);
        goto Next;

    Opened:
        gas = f.Gas;
        if (error != EvmError.None) goto Failed;
        if (TTracer.TracesSteps) tracer.StepDone(gasBefore - gas + f.GasReturned, EvmError.None);
        if (!f.Machine.HasPendingFrame) goto Next;
        f.Machine.HasPendingFrame = false;
        f.Pc = (int)(ip - code);
        f.Height = (int)(sp - bottom);
        return RunExit.Entered;

    BadJump:
        f.Gas = gas;
        error = EvmError.InvalidJump;
        goto Failed;
    OutOfGas:
        error = EvmError.OutOfGas;
        goto Failed;
    Refused:
        f.Gas = gas;
        f.FailedAt = (int)(ip - code);
        f.Height = (int)(sp - bottom);
        error = Reason(f.Machine, *ip, f.Height);
    Failed:
        if (TTracer.TracesSteps) tracer.StepDone(gasBefore - f.Gas, error);
        f.Error = error;
        return RunExit.Failed;
    }

    private static EvmError Reason(Machine m, byte op, int height)
    {
        OpcodeFact fact = m.Rules.Fact((Opcode)op);
        if (!fact.IsDefined) return EvmError.InvalidOpcode;
        if (height < fact.StackIn) return EvmError.StackUnderflow;
        return height - fact.StackIn + fact.StackOut > Limits.StackWords ? EvmError.StackOverflow : EvmError.OutOfGas;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ShowStep<TTracer>(Machine m, Frame f, ref TTracer tracer, int pc, byte op, long gas, int height)
        where TTracer : struct, ITracer =>
        tracer.Step(new StepView
        {
            Pc = pc,
            Opcode = (Opcode)op,
            Gas = gas,
            Depth = f.Depth,
            Self = f.Self,
            Stack = f.Stack.AsSpan(1, height),
            Memory = f.Memory.Span,
            ReturnData = f.ReturnSpan,
            State = m.State,
            Rules = m.Rules,
        });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CanJump(Frame f, UInt256* target)
    {
        if (!target->IsUInt64 || target->U0 >= (ulong)f.Code.Length) return false;
        int at = (int)target->U0;
        return ((f.Code.JumpDestinations[at >> 6] >> (at & 63)) & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadWord(ref byte source, UInt256* word) => *word = new UInt256(
        BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 24))),
        BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 16))),
        BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 8))),
        BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWord(ref byte destination, UInt256* word)
    {
        Unsafe.WriteUnaligned(ref destination, BinaryPrimitives.ReverseEndianness(word->U3));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, 8), BinaryPrimitives.ReverseEndianness(word->U2));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, 16), BinaryPrimitives.ReverseEndianness(word->U1));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, 24), BinaryPrimitives.ReverseEndianness(word->U0));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PushLong(byte* immediate, int size, UInt256* word)
    {
        LoadWord(ref *immediate, word);
        *word >>= 256 - (8 * size);
    }
}
