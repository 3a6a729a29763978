namespace Coco.Evm.Transactions;

/// <summary>What a transaction costs before its first instruction.</summary>
public static class IntrinsicGas
{
    public static long Of(EvmTransaction transaction, ForkRules rules)
    {
        ReadOnlySpan<byte> data = transaction.Data.Span;
        int zeros = data.Count((byte)0);
        long gas = GasCosts.Transaction + ((long)zeros * GasCosts.DataToken) + ((long)(data.Length - zeros) * rules.NonzeroByteGas);
        if (transaction.To is null)
        {
            if (rules.HasHomesteadCreation) gas += GasCosts.CreateTransaction;
            if (rules.MetersInitCode) gas += (data.Length + 31L) / 32 * GasCosts.InitCodeWord;
        }
        foreach (AccessListEntry entry in transaction.AccessList)
            gas += GasCosts.AccessListAddress + ((long)entry.Slots.Length * GasCosts.AccessListSlot);
        return gas + ((long)transaction.Authorizations.Length * GasCosts.NewAuthority);
    }

    /// <summary>The least that a transaction pays for its data (EIP-7623); zero before Prague.</summary>
    public static long Floor(EvmTransaction transaction, ForkRules rules)
    {
        if (!rules.HasDataFloor) return 0;
        ReadOnlySpan<byte> data = transaction.Data.Span;
        int zeros = data.Count((byte)0);
        return GasCosts.Transaction + (GasCosts.FloorToken * (zeros + (4L * (data.Length - zeros))));
    }
}
