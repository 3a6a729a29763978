using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Conformance;

/// <summary>
/// A ledger that holds the chain of the execution-apis tests: each block is executed as its network did, its hash and roots are
/// checked, and its state is a version of the store. Views of all versions are kept, since the tests ask for old states.
/// </summary>
public sealed class RpcChain
{
    private readonly JournaledState _state = new(new CodeCache());
    private readonly StateWriter _writer = new();
    private readonly EthereumSettings _settings;
    private readonly TestWorld _world;
    private readonly List<StoreView> _views = [];
    private readonly List<BatchRecord> _records = [];
    private uint _nextStorage = 1;

    public RpcChain(EthereumSettings settings, TestWorld genesis)
    {
        _settings = settings;
        _world = genesis;
        Ledger = new EthereumLedger(settings, static (_, _) => throw new NotSupportedException("The protocol is made by the run."));
        Store = new VersionedStore(Ledger.Description.Maps);
        BlockHeader header = settings.Genesis with { StateRoot = genesis.Root() };
        TransactionSet set = Store.Begin(BatchNumber.Zero);
        WriteGenesis(set);
        Add(set, new EthereumBlock { Header = header, Hash = header.Hash(), Transactions = [], Receipts = [] });
    }

    public EthereumLedger Ledger { get; }
    public VersionedStore Store { get; }

    /// <summary>The state after each block.</summary>
    public IReadOnlyList<StoreView> Views => _views;

    /// <summary>Each block's batch, as far as the tests need it: its number and write set.</summary>
    public IReadOnlyList<BatchRecord> Records => _records;

    /// <summary>Takes in blocks in RLP, one after the other; null, or what is wrong with the first wrong one.</summary>
    public string? Import(ReadOnlyMemory<byte> blocks)
    {
        while (!blocks.IsEmpty)
        {
            var reader = new RlpReader(blocks.Span);
            int length = reader.ReadRaw().Length;
            if (reader.Failed) return "the chain is no RLP";
            if (ImportOne(blocks[..length]) is { } error) return error;
            blocks = blocks[length..];
        }
        Ledger.RebuildTrie(_views[^1], _views[^1].Version);
        return null;
    }

    private string? ImportOne(ReadOnlyMemory<byte> rlp)
    {
        if (!Block.TryDecode(rlp, out Block? block, out string? error)) return error;
        BlockHeader header = block!.Header;
        EthereumBlock parent = Ledger.Chain.Head!;
        if (header.ParentHash != parent.Hash) return $"block {header.Number}: another parent";
        EvmFork fork = _settings.Forks.ForkAt(header.Number, header.Timestamp);
        TransactionSet set = Store.Begin(new BatchNumber(header.Number));
        _state.Reset(_world);
        BlockOutcome outcome = new BlockRun(_state).Execute(
            block, fork, _settings.Forks.BlobsAt(header.Timestamp), _settings.ChainId,
            number => Ledger.Chain.RecentHeader(number)?.Hash ?? default, _ => Take(set));
        if (outcome.Error is { } wrong) return $"block {header.Number}: {wrong}";
        if (Take(set) != header.StateRoot || outcome.ReceiptsRoot != header.ReceiptsRoot) return $"block {header.Number}: other roots";
        set.Put(EthereumMaps.BlockHashes, [(byte)(header.Number - 1)], parent.Hash.Span);
        Add(set, new EthereumBlock
        {
            Header = header,
            Hash = header.Hash(),
            Transactions = [.. block.Transactions.Select(transaction => new BlockTransaction(transaction, null))],
            Receipts = outcome.Receipts,
            Ommers = block.Ommers,
            Withdrawals = block.Withdrawals ?? [],
        });
        return null;
    }

    private Hash256 Take(TransactionSet set)
    {
        _writer.Write(_state, set, ref _nextStorage);
        _world.Take(_state);
        return _world.Root();
    }

    private void WriteGenesis(TransactionSet set)
    {
        _state.Reset(new EmptyStateReader());
        foreach (GenesisAccount account in _world.Accounts()) account.Create(_state);
        _state.FinishTransaction(deleteEmpty: false);
        _writer.Write(_state, set, ref _nextStorage);
    }

    /// <summary>The block's version is complete.</summary>
    private void Add(TransactionSet set, EthereumBlock block)
    {
        BlockHeader header = block.Header;
        var writer = new ByteWriter();
        new HeadRecord(header.Number, header.Timestamp, header.GasUsed, header.BaseFeePerGas ?? default, _nextStorage).Write(writer);
        set.Put(EthereumMaps.Head, EthereumMaps.HeadKey, writer.Span);
        writer.Clear();
        set.EncodeWriteSet(writer);
        var number = new BatchNumber(header.Number);
        _records.Add(new BatchRecord(number, default, [], writer.ToArray(), default));
        Store.Seal(set);
        Store.Commit(number);
        _views.Add(Store.OpenCommitted());
        Ledger.Chain.Add(block, null);
    }
}
