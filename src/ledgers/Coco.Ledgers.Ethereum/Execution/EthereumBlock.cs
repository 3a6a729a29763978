using Coco.Crypto;
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
    [ThreadStatic]
    private static RootsWorkspace? _workspace;

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
        TransactionReceipt[] receipts = ReceiptsOf(transactions, outcomes);
        var bloom = new Bloom();
        RootsWorkspace workspace = _workspace ??= new RootsWorkspace();
        workspace.Clear();
        for (int i = 0; i < receipts.Length; i++)
        {
            bloom.Add(receipts[i].Bloom);
            workspace.Add(transactions[i].Transaction, receipts[i]);
        }
        BlockHeader header = draft with
        {
            TransactionsRoot = workspace.Transactions.Root(),
            ReceiptsRoot = workspace.Receipts.Root(),
            LogsBloom = bloom,
            GasUsed = receipts.Length == 0 ? 0 : receipts[^1].CumulativeGasUsed,
        };
        return (header, receipts);
    }

    /// <summary>The block of a committed batch. False where the record is none of this ledger's, or its hash is another.</summary>
    public static bool TryRead(EthereumSettings settings, BatchRecord record, out EthereumBlock? block)
    {
        block = null;
        if (!TryReadParts(record, out ResultsHead head, out Outcome[] outcomes, out BlockTransaction[] transactions)) return false;
        BlockHeader draft = record.Number == BatchNumber.Zero ? settings.Genesis
            : BlockDraft.Of(settings, record.Number.Value, head.Timestamp, head.BaseFee, record.Environment.Random);
        (BlockHeader header, TransactionReceipt[] receipts) = Derive(draft, transactions, outcomes);
        header = header with { ParentHash = head.ParentHash, StateRoot = head.StateRoot };
        if (record.Number == BatchNumber.Zero) header = header with { GasUsed = settings.Genesis.GasUsed };
        if (header.Hash() != head.Hash) return false;
        block = new EthereumBlock { Header = header, Hash = head.Hash, Transactions = transactions, Receipts = receipts };
        return true;
    }

    /// <summary>The same of a record that was read before, with its header: nothing is checked and no roots are made.</summary>
    public static EthereumBlock ReadAgain(BlockHeader header, in Hash256 hash, BatchRecord record)
    {
        bool isSound = TryReadParts(record, out _, out Outcome[] outcomes, out BlockTransaction[] transactions);
        Invariant.Holds(isSound, "what was read once can be read again");
        return new EthereumBlock { Header = header, Hash = hash, Transactions = transactions, Receipts = ReceiptsOf(transactions, outcomes) };
    }

    /// <summary>What the batch's entry claims of each transaction: its hash, and SHA-256 of the receipt's envelope as in the receipts trie.</summary>
    public void AddClaims(BatchClaims claims)
    {
        RootsWorkspace workspace = _workspace ??= new RootsWorkspace();
        for (int i = 0; i < Receipts.Count; i++)
            claims.Add(new TransactionClaim(Transactions[i].Transaction.Hash, Sha256.Hash(workspace.Encode(Receipts[i]))));
    }

    private static bool TryReadParts(BatchRecord record, out ResultsHead head, out Outcome[] outcomes, out BlockTransaction[] transactions)
    {
        transactions = new BlockTransaction[record.Requests.Count];
        outcomes = [];
        var reader = new SpanReader(record.Results.Span);
        if (!ResultsCodec.TryReadHead(ref reader, out head)
            || !OutcomeReader.TryRead(ref reader, record.Requests.Count, out outcomes) || !reader.IsAtEnd) return false;
        for (int i = 0; i < transactions.Length; i++)
        {
            if (!TransactionDecoder.TryDecode(record.Requests[i], out EthereumTransaction? transaction, out _)) return false;
            transactions[i] = new BlockTransaction(transaction!, outcomes[i].Sender);
        }
        return true;
    }

    private static TransactionReceipt[] ReceiptsOf(IReadOnlyList<BlockTransaction> transactions, IReadOnlyList<Outcome> outcomes)
    {
        var receipts = new TransactionReceipt[outcomes.Count];
        Bloom[] blooms = Bloom.OfEach(outcomes);
        ulong gas = 0;
        for (int i = 0; i < receipts.Length; i++)
        {
            gas += outcomes[i].GasUsed;
            receipts[i] = new TransactionReceipt
            {
                Type = transactions[i].Transaction.Type,
                IsSuccess = outcomes[i].IsSuccess,
                GasUsed = outcomes[i].GasUsed,
                CumulativeGasUsed = gas,
                Logs = outcomes[i].Logs,
                Bloom = blooms[i],
            };
        }
        return receipts;
    }

    /// <summary>A thread's buffers for roots, used again: a block's are some tens of kilobytes.</summary>
    private sealed class RootsWorkspace
    {
        private readonly ByteWriter _receipt = new(1024);

        public OrderedRoot Transactions { get; } = new();
        public OrderedRoot Receipts { get; } = new();

        public void Clear()
        {
            Transactions.Clear();
            Receipts.Clear();
        }

        public void Add(EthereumTransaction transaction, TransactionReceipt receipt)
        {
            Transactions.Add(transaction.Raw.Span);
            Receipts.Add(Encode(receipt));
        }

        /// <summary>Good until the next call.</summary>
        public ReadOnlySpan<byte> Encode(TransactionReceipt receipt)
        {
            _receipt.Clear();
            receipt.Write(_receipt);
            return _receipt.Span;
        }
    }
}
