using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Ethereum as a ledger of Coco (LED-2): a batch is a block.</summary>
public sealed class EthereumLedger : ILedger
{
    public const string Name = "ethereum";

    private const string Version = "1";

    private readonly Admission _admission;
    private readonly BlockSealer _sealer = new();
    private readonly BlockIndexer _indexer = new();
    private readonly BlockExecutor _executor;
    private readonly Func<EthereumLedger, LedgerServices, IClientProtocol> _serve;

    /// <param name="serve">Makes the client protocol.</param>
    public EthereumLedger(EthereumSettings settings, Func<EthereumLedger, LedgerServices, IClientProtocol> serve)
    {
        Settings = settings with { Alloc = [] };
        _serve = serve;
        _admission = new Admission(Settings);
        _executor = new BlockExecutor(Settings, settings.Alloc, _sealer);
        Description = new LedgerDescription(
            Name, Version, EthereumMaps.All, settings.ConfirmationBatches, settings.ConfirmationIntervalMs)
        {
            IndexWindow = settings.StateHistory is { } blocks ? (IndexTables.State, blocks) : null,
        };
    }

    /// <summary>Without the genesis state, which is in the store from the first block on.</summary>
    public EthereumSettings Settings { get; }

    public long DerivedBytes => _sealer.TrieBytes;
    public LedgerDescription Description { get; }

    /// <summary>Blocks and where things are in them; grows by <see cref="Applied"/>.</summary>
    public ChainIndex Chain { get; } = new();

    /// <summary>A block was added to <see cref="Chain"/>. On the executor's thread: handlers must be quick and must not throw.</summary>
    public event Action<EthereumBlock>? BlockApplied;

    public AdmissionResult Admit(ReadOnlyMemory<byte> request, Caller caller, IReadView committed) => _admission.Admit(request, committed);

    public AdmissionResult Readmit(ReadOnlyMemory<byte> request, IReadView before) => _admission.Readmit(request, before);

    public bool TryDecodeAdmitted(ReadOnlyMemory<byte> encoded, out AdmittedTransaction? transaction)
    {
        bool isDecoded = AdmittedEthereumTransaction.TryDecode(encoded, out AdmittedEthereumTransaction? decoded);
        transaction = decoded;
        return isDecoded;
    }

    public ITransactionPool CreatePool() => new EthereumPool();

    public IExecutedBatch Execute(BatchInput input, ITransactionSet set) => _executor.Execute(input, set);

    public void Applied(AppliedBatch batch, List<Hash256> ids)
    {
        var executed = batch.Executed as ExecutedBlock;
        EthereumBlock? block = executed?.Block;
        if (executed is null)
        {
            bool isSound = EthereumBlock.TryRead(Settings, batch.Record, out block);
            Invariant.Holds(isSound, "a committed block's derived hash is the one in its record");
            _sealer.Arrived(batch.Record);
        }
        else executed.IsCommitted = true;
        Invariant.Holds(block is not null, "an executed block is sealed before it is committed");
        _executor.Committed(batch.Record.Number, block.Hash, executed);
        for (int i = 0; i < block.Transactions.Count; i++) ids.Add(block.Transactions[i].Transaction.Hash);
        Chain.Add(block, batch.Record);
        BlockApplied?.Invoke(block);
    }

    public void Index(AppliedBatch batch, IPostings postings)
    {
        EthereumBlock? block = Chain.Recent(batch.Record.Number.Value);
        bool isSound = block is not null || EthereumBlock.TryRead(Settings, batch.Record, out block);
        Invariant.Holds(isSound, "a committed block's derived hash is the one in its record");
        _indexer.Index(block!, batch.Record, postings);
        Chain.Indexed(block!.Number);
    }

    /// <summary>Nothing to do: the next seal takes the trie back to its block's parent.</summary>
    public void RolledBack(BatchNumber to)
    {
    }

    public string? Settle() => _sealer.Settle();

    /// <summary>The trie is built anew by the next settle, which compares its root with the block's; hashes of older blocks are in the state.</summary>
    public void Restored(AppliedBatch last, StoreView state)
    {
        BatchNumber number = last.Record.Number;
        Invariant.Holds(EthereumBlock.TryRead(Settings, last.Record, out EthereumBlock? block), "a committed block's derived hash is the one in its record");
        _sealer.Restored(state, number.Value, block!.Header.StateRoot);
        _executor.Committed(number, block.Hash, null);
        Chain.Add(block, last.Record);
    }

    /// <summary>Builds the trie of a whole state; gives its root. Before the first block.</summary>
    public Hash256 RebuildTrie(IReadView state, BatchNumber number) => _sealer.Rebuild(state, number.Value);

    /// <summary>Proves an account and slots in the committed state (EIP-1186); from any thread.</summary>
    public StateProof Prove(in Coco.Evm.Address address, IReadOnlyList<Coco.Evm.UInt256> slots) => _sealer.Prove(address, slots);

    /// <summary>Proves in a past state; see <see cref="BlockSealer.ProvePast"/>.</summary>
    internal StateProof? ProvePast(PastChanges changes, in Coco.Evm.Address address, IReadOnlyList<Coco.Evm.UInt256> slots, out ulong settled) =>
        _sealer.ProvePast(changes, address, slots, out settled);

    /// <summary>A state root for simulations; see <see cref="BlockSealer.RootAfter"/>. From any thread.</summary>
    internal Hash256? RootAfter(ulong from, StateDelta back, StateDelta changes, out ulong settled) =>
        _sealer.RootAfter(from, back, changes, out settled);

    public IClientProtocol Serve(LedgerServices services) => _serve(this, services);

    public void Dispose()
    {
    }
}
