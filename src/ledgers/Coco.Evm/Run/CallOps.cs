using System.Runtime.InteropServices;
using Coco.Evm.Code;
using Coco.Evm.Precompiles;
using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Evm.Run;

/// <summary>
/// CALL and its kin. A call that needs no code (refused, precompiled, or to an account without code) is done at once; any other
/// prepares the next frame and tells the loop to enter it.
/// </summary>
internal static class CallOps
{
    public static EvmError Call<TTracer>(Machine m, Frame f, Operands s, CallKind kind, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        bool hasValue = kind is CallKind.Call or CallKind.CallCode;
        int at = hasValue ? 3 : 2;
        UInt256 value = hasValue ? s[2] : default;
        if (!f.Cover(s[at], s[at + 1]) || !f.Cover(s[at + 2], s[at + 3])) return EvmError.OutOfGas;
        Address to = new(s[1]);
        int target = m.State.Account(to);
        if (!PayAccess(m, f, target, kind, value) || !PayDelegation(m, f, target, out EvmCode code)) return EvmError.OutOfGas;
        if (!PayForward(m, f, s[0], out long gas)) return EvmError.OutOfGas;
        if (kind == CallKind.Call && f.IsStatic && !value.IsZero) return EvmError.StaticViolation;
        if (!value.IsZero) gas += GasCosts.CallStipend;

        Frame child = m.FrameAt(f.Depth + 1);
        child.Begin(kind, gas);
        child.Code = code;
        child.Input = f.Memory.Bytes;
        child.InputLength = (int)s[at + 1].U0;
        child.InputStart = child.InputLength == 0 ? 0 : (int)s[at].U0;
        child.ResultLength = (int)s[at + 3].U0;
        child.ResultStart = child.ResultLength == 0 ? 0 : (int)s[at + 2].U0;
        SetParties(f, child, kind, to, target, value);
        f.ForgetReturnData();
        s[at + 3] = default;
        bool canPay = !hasValue || value.IsZero || m.State.Balance(f.SelfAccount) >= value;
        Start(m, f, child, to, canPay, ref s[at + 3], ref tracer);
        return EvmError.None;
    }

    private static bool PayAccess(Machine m, Frame f, int target, CallKind kind, in UInt256 value)
    {
        JournaledState state = m.State;
        long gas = 0;
        if (m.Rules.HasWarmth && state.WarmAccount(target)) gas += GasCosts.ColdAccount - GasCosts.WarmAccess;
        if (!value.IsZero) gas += GasCosts.CallValue;
        if (kind == CallKind.Call)
        {
            bool makesAccount = m.Rules.DeletesEmpty ? !value.IsZero && state.IsEmpty(target) : !state.Exists(target);
            if (makesAccount) gas += GasCosts.NewAccount;
        }
        return f.Charge(gas);
    }

    /// <summary>Finds the code to run: the account's, or that of the account it delegates to (EIP-7702), one step only.</summary>
    private static bool PayDelegation(Machine m, Frame f, int target, out EvmCode code)
    {
        code = m.State.Code(target);
        if (!m.Rules.HasDelegations || !code.IsDelegation(out Address delegateAddress)) return true;
        int account = m.State.Account(delegateAddress);
        bool paid = f.Charge(m.State.WarmAccount(account) ? GasCosts.ColdAccount : GasCosts.WarmAccess);
        code = m.PrecompileAt(delegateAddress) is not null ? EvmCode.Empty : m.State.Code(account);
        return paid;
    }

    private static bool PayForward(Machine m, Frame f, in UInt256 requested, out long gas)
    {
        long most = m.Rules.Keeps64th ? f.Gas - (f.Gas >> 6) : f.Gas;
        bool fits = requested <= (ulong)most;
        gas = fits ? (long)requested.U0 : most;
        if (!fits && !m.Rules.Keeps64th) return f.Refuse();
        return f.Charge(gas);
    }

    private static void SetParties(Frame f, Frame child, CallKind kind, in Address to, int target, in UInt256 value)
    {
        bool ownContext = kind is CallKind.Call or CallKind.StaticCall;
        child.Self = ownContext ? to : f.Self;
        child.SelfAccount = ownContext ? target : f.SelfAccount;
        child.Caller = kind == CallKind.DelegateCall ? f.Caller : f.Self;
        child.Value = kind == CallKind.DelegateCall ? f.Value : value;
        child.IsStatic = f.IsStatic || kind == CallKind.StaticCall;
    }

    private static void Start<TTracer>(
        Machine m, Frame f, Frame child, in Address to, bool canPay, ref UInt256 result, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        Precompile? precompile = m.PrecompileAt(to);
        if (TTracer.TracesCalls) m.ShowEnter(f.Self, child, to, precompile is not null, ref tracer);
        if (f.Depth >= Limits.CallDepth || !canPay)
        {
            child.Error = canPay ? EvmError.CallDepth : EvmError.InsufficientBalance;
            GiveBack(m, f, child, ref tracer);
            return;
        }
        child.Snapshot = m.State.TakeSnapshot();
        Transfer(m, f, child);
        if (precompile is not null)
        {
            bool done = RunPrecompile(m, f, child, precompile);
            result = done ? 1UL : 0UL;
            GiveBack(m, f, child, ref tracer);
        }
        else if (child.Code.Length == 0)
        {
            result = 1UL;
            GiveBack(m, f, child, ref tracer);
        }
        else m.HasPendingFrame = true;
    }

    private static void Transfer(Machine m, Frame f, Frame child)
    {
        if (child.Kind is CallKind.CallCode or CallKind.DelegateCall) return;
        m.Transfer(f.SelfAccount, child.SelfAccount, child.Value);
    }

    private static bool RunPrecompile(Machine m, Frame f, Frame child, Precompile precompile)
    {
        if (!m.RunPrecompile(child, precompile, f.PrecompileOutput)) return false;
        ReadOnlySpan<byte> output = f.PrecompileOutput.WrittenSpan;
        MemoryMarshal.TryGetArray(f.PrecompileOutput.WrittenMemory, out ArraySegment<byte> segment);
        f.ReturnData = segment.Array ?? [];
        f.ReturnStart = segment.Offset;
        f.ReturnLength = output.Length;
        int length = Math.Min(output.Length, child.ResultLength);
        output[..length].CopyTo(f.Memory.Slice(child.ResultStart, length));
        return true;
    }

    private static void GiveBack<TTracer>(Machine m, Frame f, Frame child, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        f.Gas += child.Gas;
        f.GasReturned = child.Gas;
        if (TTracer.TracesCalls) m.ShowExit(child, f.ReturnSpan, ref tracer);
    }
}
