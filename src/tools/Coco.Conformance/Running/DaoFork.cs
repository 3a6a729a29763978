using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>
/// The irregular change of the DAO fork (EIP-779): accounts of a list lose their ether to one contract. The EIP says how the list
/// was made and does not print it, so each test gives its own: the accounts of its state that no transaction or header of its
/// blocks names. A wrong list cannot pass, since the block's state root would differ.
/// </summary>
internal static class DaoFork
{
    public const ulong MainnetBlock = 1_920_000;

    /// <summary>The contract from which holders withdrew.</summary>
    public static Address Refund { get; } = new(Convert.FromHexString("bf4ed7b27f1d666546e30d74d50d173d20bca754"));

    /// <summary>Whose balance changes by the blocks' own doing: senders, recipients, who gets rewards, and the refund contract.</summary>
    public static HashSet<Address> NamedBy(IEnumerable<Block> blocks)
    {
        HashSet<Address> named = [Refund];
        foreach (Block block in blocks)
        {
            named.Add(block.Header.Beneficiary);
            foreach (BlockHeader ommer in block.Ommers) named.Add(ommer.Beneficiary);
            foreach (EthereumTransaction transaction in block.Transactions)
            {
                if (SenderRecovery.TryRecover(transaction, isLowSRequired: false, out Address sender)) named.Add(sender);
                if (transaction.To is { } to) named.Add(to);
            }
        }
        return named;
    }

    /// <summary>The list of a test whose whole state is known.</summary>
    public static IReadOnlyList<Address> Accounts(TestWorld world, IEnumerable<Block> blocks)
    {
        HashSet<Address> named = NamedBy(blocks);
        return [.. world.Addresses.Where(address => !named.Contains(address))];
    }
}
