using Coco.Evm;

namespace Coco.Bench;

/// <summary>The plan of the mainnet workload: real transactions, sent as they were signed in 2016 to 2019.</summary>
internal static class MainnetPlan
{
    /// <summary>Throws when the network did not start from the workload's genesis.</summary>
    public static async Task<LoadPlan> BuildAsync(BenchOptions options, ChainClient client, CancellationToken cancellation)
    {
        if (await client.ChainIdAsync(cancellation) != 1)
            throw new BenchFailureException(BenchFailureKind.Usage,
                "The mainnet workload needs a network with its own genesis: coco bench genesis --mainnet FILE, then coco up --genesis FILE.");
        MainnetTransactions chosen = MainnetTransactions.Choose(MainnetBlock.Read(options.MainnetPath));
        int count = Math.Min(options.Count, chosen.Transactions.Count);
        await CheckNoncesAsync(chosen, client, cancellation);
        Dictionary<Address, int> numbers = [];
        int[] senders = new int[count];
        for (int i = 0; i < count; i++)
        {
            numbers.TryAdd(chosen.Senders[i], numbers.Count);
            senders[i] = numbers[chosen.Senders[i]];
        }
        SignedTransactions transactions = SignedTransactions.From(
            [.. chosen.Transactions.Take(count).Select(transaction => transaction.Raw.ToArray())], senders);
        Operation[] operations = [.. Enumerable.Range(0, count).Select(i => new Operation(OperationKind.Send, i))];
        return new LoadPlan(transactions, operations, [], default);
    }

    private static async Task CheckNoncesAsync(MainnetTransactions chosen, ChainClient client, CancellationToken cancellation)
    {
        Address[] senders = [.. chosen.FirstNonces.Keys];
        ulong[] nonces = await client.NoncesAsync(senders, cancellation);
        for (int i = 0; i < senders.Length; i++)
            if (nonces[i] != chosen.FirstNonces[senders[i]])
                throw new BenchFailureException(BenchFailureKind.Usage,
                    $"Account {senders[i]} has nonce {nonces[i]}, not {chosen.FirstNonces[senders[i]]}: the workload runs once, on a fresh network of its genesis.");
    }
}
