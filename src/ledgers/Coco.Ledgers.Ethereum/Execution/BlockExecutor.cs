using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Executes batches as blocks on the speculative head. The executor's thread alone.</summary>
internal sealed class BlockExecutor
{
    /// <summary>Blocks for which what was read stays cached: after each block all that is cached is looked through for changes.</summary>
    private const int CachedBlocks = 16;

    private readonly EthereumSettings _settings;
    private readonly BlockSealer _sealer;
    private readonly JournaledState _state = new(new CodeCache());
    private readonly TransactionProcessor _processor;
    private readonly StoreStateReader _reader = new(NoView.Instance);
    private readonly StateWriter _writer = new();
    private readonly OutcomeWriter _outcomes = new();
    private readonly ByteWriter _scratch = new(64);

    /// <summary>Kept until the first block is committed: until then it may have to be executed again.</summary>
    private IReadOnlyList<GenesisAccount> _genesis;

    private ExecutedBlock? _last;
    private ExecutedBlock? _cached;
    private int _cachedBlocks;
    private BatchNumber? _committed;
    private Hash256 _committedHash;

    public BlockExecutor(EthereumSettings settings, IReadOnlyList<GenesisAccount> genesis, BlockSealer sealer)
    {
        _settings = settings;
        _genesis = genesis;
        _sealer = sealer;
        _processor = new TransactionProcessor(_state);
    }

    /// <summary>A batch is committed, whoever executed it.</summary>
    public void Committed(BatchNumber number, in Hash256 hash, ExecutedBlock? executed)
    {
        _genesis = [];
        _committed = number;
        _committedHash = hash;
        if (executed is null) _last = _cached = null;
    }

    public ExecutedBlock Execute(BatchInput input, ITransactionSet set)
    {
        ExecutedBlock? parent = FindParent(input.Number);
        Prepare(parent, set);
        ExecutedBlock block = input.Number == BatchNumber.Zero ? ExecuteGenesis(set) : ExecuteBlock(input, parent, set);
        _state.AcceptChanges();
        _last = _cached = block;
        return block;
    }

    /// <summary>The block before on the speculative head; null where that is the committed one, or before genesis.</summary>
    private ExecutedBlock? FindParent(BatchNumber number)
    {
        while (_last is not null && _last.Number >= number) _last = _last.Parent;
        if (number == BatchNumber.Zero) return null;
        if (_last is not null && _last.Number.Next() == number) return _last;
        Invariant.Holds(_committed is { } committed && committed.Next() == number, "a block is executed on the one before it");
        return null;
    }

    private void Prepare(ExecutedBlock? parent, ITransactionSet set)
    {
        _reader.View = set;
        bool holds = parent is not null && ReferenceEquals(parent, _cached) && ++_cachedBlocks < CachedBlocks;
        if (holds) return;
        _cachedBlocks = 0;
        _state.Reset(_reader);
    }

    private ExecutedBlock ExecuteGenesis(ITransactionSet set)
    {
        // Of its own: what so many accounts need is given back with it.
        var state = new JournaledState(new CodeCache());
        state.Reset(_reader);
        foreach (GenesisAccount genesis in _genesis) genesis.Create(state);
        state.FinishTransaction(deleteEmpty: false);
        uint nextStorage = 1;
        StateDelta delta = new StateWriter().Write(state, set, ref nextStorage);
        BlockHeader header = _settings.Genesis;
        Put(set, new HeadRecord(0, header.Timestamp, header.GasUsed, header.BaseFeePerGas ?? default, nextStorage));
        return new ExecutedBlock(_sealer)
        {
            Number = BatchNumber.Zero,
            Included = [],
            Refused = [],
            Draft = header,
            Outcomes = [],
            Delta = delta,
            BaseHash = header.ParentHash,
        };
    }

    private ExecutedBlock ExecuteBlock(BatchInput input, ExecutedBlock? parent, ITransactionSet set)
    {
        Invariant.Holds(HeadRecord.TryGet(set, out HeadRecord head), "a block follows genesis");
        ulong number = input.Number.Value;
        ulong timestamp = Math.Max(head.Timestamp, input.Environment.UnixMs / 1000);
        UInt256 baseFee = _settings.BaseFee == BaseFeePolicy.Zero ? default
            : BaseFees.Next(head.BaseFee, head.GasUsed, _settings.GasLimit);
        BlockHeader draft = BlockDraft.Of(_settings, number, timestamp, baseFee, input.Environment.Random);
        Hash256 ParentHash() => parent is null ? _committedHash : _sealer.Seal(parent).Hash;
        BlockEnvironment environment = BlockDraft.Environment(
            _settings, draft, asked => asked + 1 == number ? ParentHash() : FindHash(set, asked));
        SystemContracts.Begin(_processor, environment, draft.ParentBeaconBlockRoot ?? default, ParentHash);

        var included = new List<AdmittedTransaction>(input.Transactions.Count);
        var refused = new List<(AdmittedTransaction, Refusal)>();
        _outcomes.Clear();
        ulong gasUsed = ExecuteAll(input.Transactions, environment, included, refused);
        uint nextStorage = head.NextStorage;
        StateDelta delta = _writer.Write(_state, set, ref nextStorage);
        Put(set, new HeadRecord(number, timestamp, gasUsed, baseFee, nextStorage));
        // Only here does the block wait for the one before: its sealing overlaps all of the execution above.
        set.Put(EthereumMaps.BlockHashes, [(byte)(number - 1)], ParentHash().Span);
        return new ExecutedBlock(_sealer)
        {
            Number = input.Number,
            Included = included,
            Refused = refused,
            Draft = draft,
            Outcomes = _outcomes.Span.ToArray(),
            Delta = delta,
            Parent = parent,
            BaseHash = _committedHash,
        };
    }

    private ulong ExecuteAll(
        IReadOnlyList<AdmittedTransaction> transactions, BlockEnvironment environment,
        List<AdmittedTransaction> included, List<(AdmittedTransaction, Refusal)> refused)
    {
        long gasUsed = 0;
        ForkRules rules = ForkRules.Of(environment.Fork);
        for (int i = 0; i < transactions.Count; i++)
        {
            var admitted = (AdmittedEthereumTransaction)transactions[i];
            TransactionResult result = _processor.Execute(environment, admitted.Evm, environment.GasLimit - gasUsed);
            if (result.IsExecuted)
            {
                gasUsed += result.GasUsed;
                _outcomes.Add(admitted.Sender, result.IsSuccess, (ulong)result.GasUsed, _state.Logs);
                included.Add(admitted);
            }
            else if (!MayComeLater(result.Refusal, admitted.Evm, environment))
                refused.Add((admitted, RefusalOf(result.Refusal, admitted.Evm, environment, rules)));
        }
        return (ulong)gasUsed;
    }

    /// <summary>What does not fit this block, or comes before its time, goes back to the pool.</summary>
    private static bool MayComeLater(TransactionRefusal refusal, EvmTransaction transaction, BlockEnvironment environment) =>
        refusal == TransactionRefusal.NonceTooHigh
        || (refusal == TransactionRefusal.GasLimitAboveBlock && transaction.GasLimit <= (ulong)environment.GasLimit);

    private Refusal RefusalOf(TransactionRefusal refusal, EvmTransaction transaction, BlockEnvironment environment, ForkRules rules)
    {
        int sender = _state.Account(transaction.Sender);
        return Refusals.Of(refusal, transaction, _state.Nonce(sender), _state.Balance(sender), environment.BaseFee, rules);
    }

    private void Put(ITransactionSet set, in HeadRecord head)
    {
        _scratch.Clear();
        head.Write(_scratch);
        set.Put(EthereumMaps.Head, EthereumMaps.HeadKey, _scratch.Span);
    }

    internal static Hash256 FindHash(IReadView view, ulong number) =>
        view.TryGet(EthereumMaps.BlockHashes, [(byte)number], out ReadOnlySpan<byte> hash) ? new Hash256(hash) : default;

    private sealed class NoView : IReadView
    {
        public static NoView Instance { get; } = new();

        public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
        {
            value = default;
            return false;
        }

        public bool TryGetNext(MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
        {
            key = value = default;
            return false;
        }
    }
}
