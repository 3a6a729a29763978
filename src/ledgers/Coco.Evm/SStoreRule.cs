namespace Coco.Evm;

/// <summary>How writing storage is paid: plainly by what is there, or net of what the transaction did before (EIP-1283, EIP-2200).</summary>
public readonly record struct SStoreRule
{
    private SStoreRule(bool isNet, int clearRefund, int sentry, int access)
    {
        IsNet = isNet;
        ClearRefund = clearRefund;
        Sentry = sentry;
        Access = access;
    }

    /// <summary>Frontier to Byzantium, and Petersburg.</summary>
    public static SStoreRule Plain => new(false, 15000, 0, 0);

    public static SStoreRule Net(int clearRefund, int sentry, int access) => new(true, clearRefund, sentry, access);

    public bool IsNet { get; }

    /// <summary>Refund for setting a slot to zero.</summary>
    public int ClearRefund { get; }

    /// <summary>With this much gas or less no storage can be written (EIP-2200); 0 for no such rule.</summary>
    public int Sentry { get; }

    /// <summary>Price of a write that changes nothing, or changes again what this transaction changed.</summary>
    public int Access { get; }
}
