using Coco.Crypto;
using Coco.Evm.Tracing;

namespace Coco.Evm.Run;

/// <summary>CREATE and CREATE2.</summary>
internal static class CreateOps
{
    public static EvmError Create<TTracer>(Machine m, Frame f, Operands s, CallKind kind, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        if (!PayInitCode(m, f, s, kind, out EvmError error)) return error;
        if (f.IsStatic) return EvmError.StaticViolation;
        UInt256 value = s[0], salt = kind == CallKind.Create2 ? s[3] : default;
        int length = (int)s[2].U0, start = length == 0 ? 0 : (int)s[1].U0;
        ReadOnlySpan<byte> initCode = f.Memory.Slice(start, length);
        long gas = m.Rules.Keeps64th ? f.Gas - (f.Gas >> 6) : f.Gas;
        f.Charge(gas);
        f.GasReturned = -gas;
        f.ForgetReturnData();
        ref UInt256 result = ref s[kind == CallKind.Create2 ? 3 : 2];
        result = default;

        Frame child = m.FrameAt(f.Depth + 1);
        child.Begin(kind, gas);
        child.Caller = f.Self;
        child.Value = value;
        child.IsStatic = false;
        child.Error = Refusal(m, f, value);
        bool refused = child.Error != EvmError.None;
        if (!refused)
        {
            ulong nonce = m.State.Nonce(f.SelfAccount);
            m.State.SetNonce(f.SelfAccount, nonce + 1);
            child.Self = kind == CallKind.Create2
                ? ContractAddress.OfSalt(f.Self, salt, Keccak256.Hash(initCode)) : ContractAddress.OfNonce(f.Self, nonce);
            child.SelfAccount = m.State.Account(child.Self);
            if (m.Rules.HasWarmth) m.State.WarmAccount(child.SelfAccount);
        }
        child.InitCode.Load(initCode);
        child.Code = child.InitCode;
        if (TTracer.TracesCalls) m.ShowEnter(f.Self, child, child.Self, false, ref tracer);
        if (!refused && m.BeginCreation(f.SelfAccount, child))
        {
            if (child.Code.Length == 0) result = child.Self.ToUInt256();
            else m.HasPendingFrame = true;
        }
        if (m.HasPendingFrame) return EvmError.None;
        f.Gas += child.Gas;
        f.GasReturned += child.Gas;
        if (TTracer.TracesCalls) m.ShowExit(child, [], ref tracer);
        return EvmError.None;
    }

    private static bool PayInitCode(Machine m, Frame f, Operands s, CallKind kind, out EvmError error)
    {
        error = EvmError.OutOfGas;
        if (!f.Cover(s[1], s[2])) return false;
        if (m.Rules.MetersInitCode && s[2].U0 > Limits.InitCodeBytes)
        {
            error = EvmError.InitCodeTooLarge;
            return false;
        }
        long perWord = (m.Rules.MetersInitCode ? GasCosts.InitCodeWord : 0) + (kind == CallKind.Create2 ? GasCosts.KeccakWord : 0);
        return f.ChargeWords(s[2], perWord);
    }

    private static EvmError Refusal(Machine m, Frame f, in UInt256 value)
    {
        if (f.Depth >= Limits.CallDepth) return EvmError.CallDepth;
        if (m.State.Balance(f.SelfAccount) < value) return EvmError.InsufficientBalance;
        return m.State.Nonce(f.SelfAccount) == ulong.MaxValue ? EvmError.NonceOverflow : EvmError.None;
    }
}
