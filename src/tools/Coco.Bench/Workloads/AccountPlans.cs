using Coco.Evm;

namespace Coco.Bench;

/// <summary>Builds the plans of the workloads that send between derived accounts: transfer, erc20 and mixed.</summary>
internal sealed class AccountPlans(BenchOptions options, ChainFacts facts, Address token)
{
    private const ulong TransferGas = 21_000;
    private const int ReadsPerWrite = 4;

    /// <summary>Signs <paramref name="count"/> operations' transactions for <paramref name="senders"/>, whose next nonces are given.</summary>
    public LoadPlan Build(int count, BenchAccount[] senders, ulong[] nonces, ulong salt)
    {
        bool isMixed = options.Workload == Workload.Mixed;
        int writes = isMixed ? Math.Max(1, count / (ReadsPerWrite + 1)) : count;
        SignedTransactions transactions = SignedTransactions.Sign(writes, i =>
        {
            int sender = i % senders.Length;
            return Make(nonces[sender] + (ulong)(i / senders.Length), Recipient(salt + (ulong)i, senders, sender)).Sign(senders[sender]);
        }, i => i % senders.Length);
        Operation[] operations = isMixed ? Mix(count, writes) : [.. Enumerable.Range(0, writes).Select(i => new Operation(OperationKind.Send, i))];
        return new LoadPlan(transactions, operations, [.. senders.Select(sender => sender.Address)], token) { IsSynchronous = options.IsSynchronous };
    }

    private UnsignedTransaction Make(ulong nonce, Address recipient) => options.Workload == Workload.Transfer
        ? new UnsignedTransaction(facts.ChainId, nonce, facts.Tip, facts.MaxFee, TransferGas, recipient, 1, default)
        : new UnsignedTransaction(facts.ChainId, nonce, facts.Tip, facts.MaxFee, TokenContract.TransferGas, token, 0, TokenContract.Transfer(recipient, 1));

    /// <summary>Any account of the run but the sender: with a million accounts the recipients are spread over all of them.</summary>
    private Address Recipient(ulong number, BenchAccount[] senders, int sender)
    {
        ulong random = Scramble(number ^ (options.Seed << 32));
        if (options.Accounts > senders.Length) return BenchAccounts.Derive(options.Seed, (long)(random % (ulong)options.Accounts)).Address;
        int recipient = (int)(random % (ulong)senders.Length);
        return senders[recipient != sender ? recipient : (recipient + 1) % senders.Length].Address;
    }

    /// <summary>One transfer and four reads in turn: two balances, a receipt of an earlier transaction, the latest logs.</summary>
    private static Operation[] Mix(int count, int writes)
    {
        Operation[] operations = new Operation[count];
        for (int i = 0; i < count; i++)
        {
            int write = Math.Min(i / (ReadsPerWrite + 1), writes - 1);
            operations[i] = (i % (ReadsPerWrite + 1)) switch
            {
                0 when i / (ReadsPerWrite + 1) < writes => new Operation(OperationKind.Send, write),
                1 => new Operation(OperationKind.ReadReceipt, write),
                2 => new Operation(OperationKind.ReadLogs, write),
                _ => new Operation(OperationKind.ReadBalance, write),
            };
        }
        return operations;
    }

    /// <summary>SplitMix64: spreads counting numbers over all of 64 bits.</summary>
    private static ulong Scramble(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
