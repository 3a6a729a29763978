namespace Coco.Bench;

/// <summary>What a load run sends.</summary>
public enum Workload
{
    /// <summary>Value transfers between the accounts.</summary>
    Transfer,

    /// <summary><c>transfer()</c> of an OpenZeppelin ERC-20.</summary>
    Erc20,

    /// <summary>2,000 real transactions of Ethereum's main network, 2016 to 2019.</summary>
    Mainnet,

    /// <summary>80 % reads (balances, receipts, logs), 20 % ERC-20 transfers.</summary>
    Mixed,

    /// <summary>The plain key-value ledger.</summary>
    KeyValue,
}
