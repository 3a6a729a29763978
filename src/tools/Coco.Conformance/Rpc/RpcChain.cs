using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Conformance;

/// <summary>
/// A ledger that holds the chain of the execution-apis tests: each block is executed as its network did, its hash and roots are
/// checked, and the last state goes to the store.
/// </summary>
public sealed class RpcChain
{
    private readonly JournaledState _state = new(new CodeCache());
    private readonly EthereumSettings _settings;
    private readonly TestWorld _world;

    public RpcChain(EthereumSettings settings, TestWorld genesis)
    {
        _settings = settings;
        _world = genesis;
        Ledger = new EthereumLedger(settings, static (_, _) => throw new NotSupportedException("The protocol is made by the run."));
        Store = new VersionedStore(Ledger.Description.Maps);
        BlockHeader header = settings.Genesis with { StateRoot = genesis.Root() };
        Ledger.Chain.Add(new EthereumBlock { Header = header, Hash = header.Hash(), Transactions = [], Receipts = [] });
    }

    public EthereumLedger Ledger { get; }
    public VersionedStore Store { get; }

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
        Publish();
        return null;
    }

    private string? ImportOne(ReadOnlyMemory<byte> rlp)
    {
        if (!Block.TryDecode(rlp, out Block? block, out string? error)) return error;
        BlockHeader header = block!.Header;
        EthereumBlock parent = Ledger.Chain.Head!;
        if (header.ParentHash != parent.Hash) return $"block {header.Number}: another parent";
        EvmFork fork = _settings.Forks.ForkAt(header.Number, header.Timestamp);
        _state.Reset(_world);
        BlockOutcome outcome = new BlockRun(_state).Execute(
            block, fork, _settings.Forks.BlobsAt(header.Timestamp), _settings.ChainId,
            number => Ledger.Chain.Recent(number)?.Hash ?? default, _ => Take());
        if (outcome.Error is { } wrong) return $"block {header.Number}: {wrong}";
        if (Take() != header.StateRoot || outcome.ReceiptsRoot != header.ReceiptsRoot) return $"block {header.Number}: other roots";
        Ledger.Chain.Add(new EthereumBlock
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

    private Hash256 Take()
    {
        _world.Take(_state);
        return _world.Root();
    }

    /// <summary>Versions without changes up to the head's, which holds everything.</summary>
    private void Publish()
    {
        BlockHeader head = Ledger.Chain.Head!.Header;
        for (ulong number = 0; number <= head.Number; number++)
        {
            TransactionSet set = Store.Begin(new BatchNumber(number));
            if (number == head.Number) WriteState(head, set);
            Store.Seal(set);
            Store.Commit(new BatchNumber(number));
        }
        using StoreView view = Store.OpenCommitted();
        Ledger.Restored(view, new BatchNumber(head.Number));
    }

    private void WriteState(BlockHeader head, TransactionSet set)
    {
        _state.Reset(new EmptyStateReader());
        foreach (GenesisAccount from in _world.Accounts())
        {
            int account = _state.Account(from.Address);
            _state.SetBalance(account, from.Balance);
            _state.SetNonce(account, from.Nonce);
            _state.SetCode(account, from.Code.Span);
            foreach ((UInt256 slot, UInt256 value) in from.Storage) _state.SetSlot(_state.Slot(account, slot), value);
        }
        _state.FinishTransaction(deleteEmpty: false);
        uint nextStorage = 1;
        new StateWriter().Write(_state, set, ref nextStorage);
        var writer = new ByteWriter();
        new HeadRecord(head.Number, head.Timestamp, head.GasUsed, head.BaseFeePerGas ?? default, nextStorage).Write(writer);
        set.Put(EthereumMaps.Head, EthereumMaps.HeadKey, writer.Span);
        for (ulong number = head.Number; number-- > 0 && Ledger.Chain.Recent(number) is { } block;)
            set.Put(EthereumMaps.BlockHashes, [(byte)number], block.Hash.Span);
    }
}
