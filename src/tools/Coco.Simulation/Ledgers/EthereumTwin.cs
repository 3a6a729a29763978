using System.Text;
using Coco.Evm;
using Coco.Governance;
using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Simulation.Checks;
using Coco.Simulation.Clients;
using Coco.Simulation.Nodes;
using Coco.Store;

namespace Coco.Simulation.Ledgers;

/// <summary>The Ethereum ledger, with clients that transfer value and call a contract that counts.</summary>
internal sealed class EthereumTwin : ILedgerTwin
{
    public const ulong ChainId = 7;

    /// <summary>storage[1] += 1; returns it.</summary>
    private const string CounterCode = "0x6001546001016001555f5ff3";

    private readonly List<EthereumOperation> _history = [];

    public static Address Counter { get; } = Address.FromNumber(0xc0);

    public LedgerSettings Settings { get; } = new(EthereumLedger.Name, Encoding.UTF8.GetBytes(Genesis()));

    public ILedgerFactory Factory { get; } = new EthereumLedgerFactory();

    public ISimulatedClient NewClient(Cluster cluster, int number) => new EthereumClient(cluster, number, _history);

    /// <summary>A nonce that was used: by this transaction, since each client signs one for each nonce.</summary>
    public ClientAnswer? OutcomeOf(StoreView committed, byte[] request) =>
        TransactionDecoder.TryDecode(request, out EthereumTransaction? transaction, out _)
        && SenderRecovery.TryRecover(transaction!, isLowSRequired: true, out Address sender) && NonceOf(committed, sender) > transaction!.Nonce
            ? ClientAnswer.OfRead(null, committed.Version) with { Kind = AnswerKind.Executed } : null;

    /// <summary>The nonce of an account, which its client knows best.</summary>
    public byte[]? Read(StoreView committed, byte[] key) => BitConverter.GetBytes(NonceOf(committed, new Address(key)));

    public void Check(Cluster cluster, IReadOnlyList<BatchRecord> batches)
    {
        using var check = new EthereumCheck(cluster.World, _history, Make());
        check.Run(batches);
    }

    /// <summary>In the canonical form of the constitution (RFC 8785): no spaces, and names in order.</summary>
    private static string Genesis()
    {
        string counter = $"\"{Counter}\":{{\"balance\":\"0x0\",\"code\":\"{CounterCode}\"}}";
        IEnumerable<string> accounts = EthereumAccount.All.Select(account => $"\"{account.Address}\":{{\"balance\":\"0xde0b6b3a7640000\"}}");
        string alloc = string.Join(',', accounts.Append(counter).Order(StringComparer.Ordinal));
        return $"{{\"alloc\":{{{alloc}}},\"chainId\":{ChainId},\"gasLimit\":3000000}}";
    }

    private ILedger Make()
    {
        Factory.TryCreate(Settings.Settings, out ILedger? ledger, out _);
        return ledger!;
    }

    private static ulong NonceOf(StoreView committed, in Address address) =>
        AccountRecord.TryGet(committed, address, out AccountRecord account) ? account.Nonce : 0;
}
