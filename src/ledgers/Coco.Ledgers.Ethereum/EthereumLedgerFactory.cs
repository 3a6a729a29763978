namespace Coco.Ledgers.Ethereum;

/// <summary>Makes Ethereum ledgers that speak the protocol that it is given.</summary>
public sealed class EthereumLedgerFactory(Func<EthereumLedger, LedgerServices, IClientProtocol> serve) : ILedgerFactory
{
    /// <summary>The ledgers speak JSON-RPC.</summary>
    public EthereumLedgerFactory()
        : this(static (ledger, services) => new JsonRpc.EthereumProtocol(ledger, services))
    {
    }

    public string Name => EthereumLedger.Name;

    public bool TryCreate(ReadOnlyMemory<byte> settings, out ILedger? ledger, out string? error)
    {
        bool isRead = EthereumSettings.TryRead(settings, out EthereumSettings? read, out error);
        ledger = isRead ? new EthereumLedger(read!, serve) : null;
        return isRead;
    }
}
