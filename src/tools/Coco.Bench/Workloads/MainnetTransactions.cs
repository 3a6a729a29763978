using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Bench;

/// <summary>
/// The first 2,000 transactions of the blocks, in their order, whose nonce follows on the same sender's one before: a network that
/// starts from the blocks' states can execute each of them.
/// </summary>
internal sealed class MainnetTransactions
{
    public const int Count = 2_000;

    private readonly Dictionary<Address, ulong> _nextNonces = [];

    private MainnetTransactions()
    {
    }

    public List<EthereumTransaction> Transactions { get; } = [];
    public List<Address> Senders { get; } = [];

    /// <summary>Each sender's nonce before its first transaction here.</summary>
    public Dictionary<Address, ulong> FirstNonces { get; } = [];

    public static MainnetTransactions Choose(IReadOnlyList<MainnetBlock> blocks)
    {
        MainnetTransactions chosen = new();
        foreach (MainnetBlock block in blocks)
            foreach (EthereumTransaction transaction in block.Block.Transactions)
                if (chosen.Transactions.Count < Count) chosen.Consider(transaction);
        return chosen;
    }

    private void Consider(EthereumTransaction transaction)
    {
        if (!SenderRecovery.TryRecover(transaction, isLowSRequired: false, out Address sender))
            throw new BenchFailureException(BenchFailureKind.Refused, $"Transaction {transaction.Hash} has no valid signature.");
        if (_nextNonces.TryGetValue(sender, out ulong next) && next != transaction.Nonce) return;
        FirstNonces.TryAdd(sender, transaction.Nonce);
        _nextNonces[sender] = transaction.Nonce + 1;
        Transactions.Add(transaction);
        Senders.Add(sender);
    }
}
