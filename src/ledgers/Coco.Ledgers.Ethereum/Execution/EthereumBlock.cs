using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A transaction in a block. The sender is recovered when somebody asks, unless it is known already.</summary>
public sealed class BlockTransaction(EthereumTransaction transaction, Address? sender)
{
    private Address? _sender = sender;

    public EthereumTransaction Transaction { get; } = transaction;

    public Address Sender
    {
        get
        {
            if (_sender is { } known) return known;
            Invariant.Holds(SenderRecovery.TryRecover(Transaction, false, out Address sender), "a committed transaction has a sender");
            _sender = sender;
            return sender;
        }
    }

    /// <summary>Where the contract went that this transaction creates; null if it calls.</summary>
    public Address? Created => Transaction.To is null ? ContractAddress.OfNonce(Sender, Transaction.Nonce) : null;
}

/// <summary>A block with all that JSON-RPC shows of it. Immutable.</summary>
public sealed class EthereumBlock
{
    public required BlockHeader Header { get; init; }
    public required Hash256 Hash { get; init; }
    public required IReadOnlyList<BlockTransaction> Transactions { get; init; }
    public required IReadOnlyList<TransactionReceipt> Receipts { get; init; }

    /// <summary>Only in blocks of other networks.</summary>
    public IReadOnlyList<BlockHeader> Ommers { get; init; } = [];
    public IReadOnlyList<Withdrawal> Withdrawals { get; init; } = [];

    public ulong Number => Header.Number;

    /// <summary>The block as other nodes would exchange it.</summary>
    public byte[] Encode() => new Block(
        Header, [.. Transactions.Select(t => t.Transaction)], Ommers, Header.WithdrawalsRoot is null ? null : Withdrawals).Encode();

    /// <summary>Bytes of it.</summary>
    public int Size() => Encode().Length;

    /// <summary>Derives receipts, bloom and roots; the header has no state root and parent yet.</summary>
    public static (BlockHeader Header, TransactionReceipt[] Receipts) Derive(
        BlockHeader draft, IReadOnlyList<BlockTransaction> transactions, IReadOnlyList<Outcome> outcomes)
    {
        var receipts = new TransactionReceipt[outcomes.Count];
        Bloom[] blooms = Bloom.OfEach(outcomes);
        var bloom = new Bloom();
        var transactionsRoot = new OrderedRoot();
        var receiptsRoot = new OrderedRoot();
        var writer = new ByteWriter(1024);
        ulong gas = 0;
        for (int i = 0; i < receipts.Length; i++)
        {
            EthereumTransaction transaction = transactions[i].Transaction;
            gas += outcomes[i].GasUsed;
            receipts[i] = new TransactionReceipt
            {
                Type = transaction.Type,
                IsSuccess = outcomes[i].IsSuccess,
                GasUsed = outcomes[i].GasUsed,
                CumulativeGasUsed = gas,
                Logs = outcomes[i].Logs,
                Bloom = blooms[i],
            };
            bloom.Add(receipts[i].Bloom);
            transactionsRoot.Add(transaction.Raw.Span);
            writer.Clear();
            receipts[i].Write(writer);
            receiptsRoot.Add(writer.Span);
        }
        BlockHeader header = draft with
        {
            TransactionsRoot = transactionsRoot.Root(),
            ReceiptsRoot = receiptsRoot.Root(),
            LogsBloom = bloom,
            GasUsed = gas,
        };
        return (header, receipts);
    }

    /// <summary>The block of a committed batch. False where the record is none of this ledger's, or its hash is another.</summary>
    public static bool TryRead(EthereumSettings settings, BatchRecord record, out EthereumBlock? block)
    {
        block = null;
        var reader = new SpanReader(record.Results.Span);
        if (!ResultsCodec.TryReadHead(ref reader, out ResultsHead head)
            || !OutcomeReader.TryRead(ref reader, record.Requests.Count, out Outcome[] outcomes) || !reader.IsAtEnd) return false;
        var transactions = new BlockTransaction[record.Requests.Count];
        for (int i = 0; i < transactions.Length; i++)
        {
            if (!TransactionDecoder.TryDecode(record.Requests[i], out EthereumTransaction? transaction, out _)) return false;
            transactions[i] = new BlockTransaction(transaction!, outcomes[i].Sender);
        }
        BlockHeader draft = record.Number == BatchNumber.Zero ? settings.Genesis
            : BlockDraft.Of(settings, record.Number.Value, head.Timestamp, head.BaseFee, record.Environment.Random);
        (BlockHeader header, TransactionReceipt[] receipts) = Derive(draft, transactions, outcomes);
        header = header with { ParentHash = head.ParentHash, StateRoot = head.StateRoot };
        if (record.Number == BatchNumber.Zero) header = header with { GasUsed = settings.Genesis.GasUsed };
        if (header.Hash() != head.Hash) return false;
        block = new EthereumBlock { Header = header, Hash = head.Hash, Transactions = transactions, Receipts = receipts };
        return true;
    }
}
