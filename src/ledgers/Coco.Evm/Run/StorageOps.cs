using Coco.Evm.State;

namespace Coco.Evm.Run;

/// <summary>Instructions on persistent and transient storage.</summary>
internal static class StorageOps
{
    public static EvmError Load(Machine m, Frame f, Operands s)
    {
        int slot = m.State.Slot(f.SelfAccount, s[0]);
        if (m.Rules.HasWarmth && m.State.WarmSlot(slot) && !f.Charge(GasCosts.ColdSlot - GasCosts.WarmAccess)) return EvmError.OutOfGas;
        s[0] = m.State.SlotValue(slot);
        return EvmError.None;
    }

    public static EvmError Store(Machine m, Frame f, Operands s)
    {
        SStoreRule rule = m.Rules.SStoreRule;
        if (rule.Sentry != 0 && f.Gas <= rule.Sentry) return EvmError.OutOfGas;
        JournaledState state = m.State;
        int slot = state.Slot(f.SelfAccount, s[0]);
        if (m.Rules.HasWarmth && state.WarmSlot(slot) && !f.Charge(GasCosts.ColdSlot)) return EvmError.OutOfGas;
        UInt256 now = state.SlotValue(slot), next = s[1];
        bool paid = rule.IsNet ? PayNet(m, f, rule, state.SlotOriginal(slot), now, next) : PayPlain(m, f, now, next);
        if (!paid) return EvmError.OutOfGas;
        if (f.IsStatic) return EvmError.StaticViolation;
        if (now != next) state.SetSlot(slot, next);
        return EvmError.None;
    }

    public static EvmError StoreTransient(Machine m, Frame f, Operands s)
    {
        if (f.IsStatic) return EvmError.StaticViolation;
        m.State.SetTransient(f.SelfAccount, s[0], s[1]);
        return EvmError.None;
    }

    private static bool PayPlain(Machine m, Frame f, in UInt256 now, in UInt256 next)
    {
        if (!now.IsZero && next.IsZero) m.State.Refund += m.Rules.SStoreRule.ClearRefund;
        return f.Charge(now.IsZero && !next.IsZero ? GasCosts.StorageSet : GasCosts.StorageReset);
    }

    private static bool PayNet(Machine m, Frame f, in SStoreRule rule, in UInt256 original, in UInt256 now, in UInt256 next)
    {
        if (now == next) return f.Charge(rule.Access);
        // EIP-2929 takes the cold price out of the reset price: it is paid above.
        int reset = GasCosts.StorageReset - (m.Rules.HasWarmth ? GasCosts.ColdSlot : 0);
        if (now == original)
        {
            if (original.IsZero) return f.Charge(GasCosts.StorageSet);
            if (next.IsZero) m.State.Refund += rule.ClearRefund;
            return f.Charge(reset);
        }
        long refund = 0;
        if (!original.IsZero)
        {
            if (now.IsZero) refund -= rule.ClearRefund;
            else if (next.IsZero) refund += rule.ClearRefund;
        }
        if (next == original) refund += (original.IsZero ? GasCosts.StorageSet : reset) - rule.Access;
        m.State.Refund += refund;
        return f.Charge(rule.Access);
    }
}
