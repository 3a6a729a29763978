using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Evm.Run;

/// <summary>Instructions that ask about accounts, and SELFDESTRUCT.</summary>
internal static class AccountOps
{
    public static EvmError Balance(Machine m, Frame f, Operands s)
    {
        if (!TryAccess(m, f, s[0], out int account)) return EvmError.OutOfGas;
        s[0] = m.State.Balance(account);
        return EvmError.None;
    }

    public static EvmError CodeSize(Machine m, Frame f, Operands s)
    {
        if (!TryAccess(m, f, s[0], out int account)) return EvmError.OutOfGas;
        s[0] = new UInt256((ulong)m.State.Code(account).Length);
        return EvmError.None;
    }

    public static EvmError CodeHash(Machine m, Frame f, Operands s)
    {
        if (!TryAccess(m, f, s[0], out int account)) return EvmError.OutOfGas;
        s[0] = m.State.IsEmpty(account) ? default : new UInt256(m.State.CodeHash(account).Span);
        return EvmError.None;
    }

    public static EvmError CodeCopy(Machine m, Frame f, Operands s)
    {
        if (!TryAccess(m, f, s[0], out int account)) return EvmError.OutOfGas;
        return DataOps.Copy(f, s[1], s[2], s[3], m.State.Code(account).Span);
    }

    public static EvmError SelfDestruct<TTracer>(Machine m, Frame f, Operands s, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        JournaledState state = m.State;
        int heir = state.Account(new Address(s[0]));
        if (m.Rules.HasWarmth && state.WarmAccount(heir) && !f.Charge(GasCosts.ColdAccount)) return EvmError.OutOfGas;
        UInt256 balance = state.Balance(f.SelfAccount);
        bool makesAccount = m.Rules.DeletesEmpty ? !balance.IsZero && state.IsEmpty(heir) : !state.Exists(heir);
        if (m.Rules.Keeps64th && makesAccount && !f.Charge(GasCosts.NewAccount)) return EvmError.OutOfGas;
        if (f.IsStatic) return EvmError.StaticViolation;
        if (!m.Rules.HasReducedRefunds && !state.IsDestroyedNow(f.SelfAccount)) state.Refund += GasCosts.SelfDestructRefund;

        bool goes = !m.Rules.KeepsDestroyed || state.IsCreatedNow(f.SelfAccount);
        if (heir != f.SelfAccount)
        {
            state.SetBalance(f.SelfAccount, default);
            if (balance.IsZero) state.Touch(heir, m.Rules.DeletesEmpty);
            else state.AddBalance(heir, balance);
        }
        else if (goes) state.SetBalance(f.SelfAccount, default);
        if (goes) state.MarkDestroyed(f.SelfAccount);
        if (TTracer.TracesCalls) ShowSelfDestruct(m, f, heir, balance, ref tracer);
        return EvmError.None;
    }

    private static void ShowSelfDestruct<TTracer>(Machine m, Frame f, int heir, in UInt256 balance, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        tracer.Enter(new CallView
        {
            Kind = CallKind.SelfDestruct,
            Depth = f.Depth + 1,
            From = f.Self,
            To = m.State.AddressOf(heir),
            Value = balance,
            Gas = 0,
            Input = [],
            IsPrecompile = false,
            State = m.State,
        });
        tracer.Exit(new ExitView { Depth = f.Depth + 1, GasUsed = 0, Output = [], Error = EvmError.None, Failed = default });
    }

    private static bool TryAccess(Machine m, Frame f, in UInt256 word, out int account)
    {
        account = m.State.Account(new Address(word));
        return !m.Rules.HasWarmth || !m.State.WarmAccount(account) || f.Charge(GasCosts.ColdAccount - GasCosts.WarmAccess);
    }
}
