using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>What executing a block gave; <see cref="Error"/> says why it is no valid block.</summary>
public sealed record BlockOutcome(string? Error, ulong GasUsed, Hash256 ReceiptsRoot, Bloom Bloom, Hash256? RequestsHash, IReadOnlyList<TransactionReceipt> Receipts);

/// <summary>Executes whole blocks of public networks: transactions, rewards, withdrawals, system contracts, requests.</summary>
public sealed class BlockRun(JournaledState state)
{
    /// <summary>Gas of one blob (EIP-4844).</summary>
    private const ulong BlobGas = 1 << 17;

    private readonly TransactionProcessor _processor = new(state);

    /// <summary>Executes; the changes stay in the journaled state for the caller to take.</summary>
    public BlockOutcome Execute(
        Block block, EvmFork fork, BlobParameters blobs, ulong chainId, Func<ulong, Hash256> blockHash,
        Func<TransactionReceipt, Hash256>? postState = null)
    {
        BlockHeader header = block.Header;
        BlockEnvironment environment = Environment(header, fork, blobs, chainId, blockHash);
        SystemContracts.Begin(_processor, environment, header.ParentBeaconBlockRoot ?? default, () => header.ParentHash);
        var receipts = new List<TransactionReceipt>();
        ulong gas = 0;
        int blobCount = 0;
        foreach (EthereumTransaction transaction in block.Transactions)
        {
            if (Check(transaction, fork, chainId, out Address sender) is { } refusal) return Invalid(refusal, gas);
            blobCount += transaction.BlobHashes.Count;
            if (blobCount > blobs.Max) return Invalid("too many blobs", gas);
            TransactionResult result = _processor.Execute(
                environment, EvmTransactions.Of(transaction, sender), (long)header.GasLimit - (long)gas);
            if (!result.IsExecuted) return Invalid(result.Refusal.ToString(), gas);
            gas += (ulong)result.GasUsed;
            receipts.Add(Receipt(transaction, result, gas, fork, postState));
        }
        if (header.BlobGasUsed is { } blobGas && blobGas != (ulong)blobCount * BlobGas) return Invalid("blob gas used", gas);
        Hash256? requests = null;
        if (fork >= EvmFork.Prague)
        {
            if (SystemContracts.End(_processor, environment, receipts) is not { } found) return Invalid("a system contract failed", gas);
            requests = SystemContracts.RequestsHash(found);
        }
        Pay(block, fork);
        var root = new OrderedRoot();
        var bloom = new Bloom();
        var writer = new ByteWriter();
        foreach (TransactionReceipt receipt in receipts)
        {
            writer.Clear();
            receipt.Write(writer);
            root.Add(writer.Span);
            bloom.Add(receipt.Bloom);
        }
        return new BlockOutcome(null, gas, root.Root(), bloom, requests, receipts);
    }

    /// <summary>Mainnet block 1,920,000 and tests of it: the accounts of the DAO lose what they have.</summary>
    public void MoveDao(IEnumerable<Address> accounts)
    {
        int refund = state.Account(DaoFork.Refund);
        foreach (Address address in accounts)
        {
            int account = state.Account(address);
            state.AddBalance(refund, state.Balance(account));
            state.SetBalance(account, default);
        }
        state.FinishTransaction(deleteEmpty: false);
    }

    private static BlockEnvironment Environment(
        BlockHeader header, EvmFork fork, BlobParameters blobs, ulong chainId, Func<ulong, Hash256> blockHash) => new()
        {
            Fork = fork,
            ChainId = chainId,
            Number = header.Number,
            Timestamp = header.Timestamp,
            Coinbase = header.Beneficiary,
            GasLimit = (long)Math.Min(header.GasLimit, long.MaxValue),
            BaseFee = header.BaseFeePerGas ?? default,
            Difficulty = header.Difficulty,
            PrevRandao = new UInt256(header.MixHash.Span),
            BlobBaseFee = BlobFee.Price(header.ExcessBlobGas ?? 0, blobs.UpdateFraction),
            MaxBlobs = blobs.Max,
            BlockHash = blockHash,
        };

    private static string? Check(EthereumTransaction transaction, EvmFork fork, ulong chainId, out Address sender)
    {
        sender = default;
        if (transaction.ChainId is { } chain && (fork < EvmFork.SpuriousDragon || chain != chainId)) return "invalid chain id";
        return SenderRecovery.TryRecover(transaction, fork >= EvmFork.Homestead, out sender) ? null : "invalid signature";
    }

    private static BlockOutcome Invalid(string error, ulong gas) => new(error, gas, default, Bloom.Empty, null, []);

    private TransactionReceipt Receipt(
        EthereumTransaction transaction, in TransactionResult result, ulong cumulative, EvmFork fork, Func<TransactionReceipt, Hash256>? postState)
    {
        var logs = new LogEntry[state.Logs.Count];
        for (int i = 0; i < logs.Length; i++)
        {
            EvmLog log = state.Logs[i];
            var topics = new Hash256[log.TopicCount];
            for (int j = 0; j < topics.Length; j++) topics[j] = log.Topic(j);
            logs[i] = new LogEntry(log.Address, topics, log.Data.ToArray());
        }
        var receipt = new TransactionReceipt
        {
            Type = transaction.Type,
            IsSuccess = result.IsSuccess,
            GasUsed = (ulong)result.GasUsed,
            CumulativeGasUsed = cumulative,
            Logs = logs,
            Bloom = TransactionReceipt.BloomOf(logs),
        };
        if (fork >= EvmFork.Byzantium || postState is null) return receipt;
        return new TransactionReceipt
        {
            Type = receipt.Type,
            IsSuccess = receipt.IsSuccess,
            GasUsed = receipt.GasUsed,
            CumulativeGasUsed = cumulative,
            Logs = logs,
            Bloom = receipt.Bloom,
            PostState = postState(receipt),
        };
    }

    /// <summary>Rewards of miners before the merge (yellow paper 11.3), withdrawals after it (EIP-4895).</summary>
    private void Pay(Block block, EvmFork fork)
    {
        if (fork < EvmFork.Paris) Reward(block, fork);
        for (int i = 0; i < (block.Withdrawals?.Count ?? 0); i++)
        {
            Withdrawal withdrawal = block.Withdrawals![i];
            if (withdrawal.Amount == 0) continue;
            state.AddBalance(state.Account(withdrawal.Address), (UInt256)withdrawal.Amount * 1_000_000_000UL);
        }
        state.FinishTransaction(fork >= EvmFork.SpuriousDragon);
    }

    private void Reward(Block block, EvmFork fork)
    {
        UInt256 reward = (UInt256)(fork >= EvmFork.Constantinople ? 2UL : fork >= EvmFork.Byzantium ? 3UL : 5UL) * 1_000_000_000_000_000_000UL;
        UInt256 miner = reward;
        foreach (BlockHeader ommer in block.Ommers)
        {
            state.AddBalance(state.Account(ommer.Beneficiary), reward * (ommer.Number + 8 - block.Header.Number) / 8UL);
            miner += reward / 32UL;
        }
        state.AddBalance(state.Account(block.Header.Beneficiary), miner);
    }
}
