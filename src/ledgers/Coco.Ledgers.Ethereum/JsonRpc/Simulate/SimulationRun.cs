using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Makes blocks of calls on a state, each on the one before (eth_simulateV1). Runs on the thread's machine from begin to end.</summary>
internal sealed class SimulationRun
{
    private const int BlockGasLimitReached = -38015;
    private const int LimitExceeded = -38026;
    private const ulong WeiPerGwei = 1_000_000_000;

    private readonly RpcNode _node;
    private readonly SimulateInput _input;
    private readonly ICommittedView _view;
    private readonly TraceBudget _budget;
    private readonly SimulatedRoots _roots;
    private readonly JournaledState _state;
    private readonly TransactionProcessor _processor;
    private readonly StateChanges _changes = new();
    private readonly List<SimulatedBlock> _done = [];
    private readonly BlockHeader _start;
    private readonly Hash256 _startHash;

    /// <summary>What all calls together may still use.</summary>
    private ulong _gasLeft = StateQueries.QueryGas;
    private int _slots;

    public SimulationRun(
        RpcNode node, SimulateInput input, ICommittedView view, BlockHeader start, in Hash256 startHash, TraceBudget budget)
    {
        _node = node;
        _input = input;
        _view = view;
        _budget = budget;
        _start = start;
        _startHash = startHash;
        _roots = new SimulatedRoots(node.Ledger, node.Services.History, view);
        QueryMachine machine = QueryMachine.OfThread;
        _state = machine.State;
        _processor = machine.Processor;
    }

    public IReadOnlyList<SimulatedBlock> Blocks => _done;

    public RpcError? Run(List<PlannedBlock> plan)
    {
        _state.Reset(new StoreStateReader(_view));
        BlockHeader parent = _start;
        Hash256 parentHash = _startHash;
        foreach (PlannedBlock block in plan)
        {
            if (RunBlock(block, parent, parentHash) is { } error) return error;
            parent = _done[^1].Block.Header;
            parentHash = _done[^1].Block.Hash;
        }
        return null;
    }

    private RpcError? RunBlock(PlannedBlock planned, BlockHeader parent, in Hash256 parentHash)
    {
        BlockOverrides overrides = planned.Input.Block;
        Hash256 before = parentHash;
        BlockHeader header = DraftOf(planned, parent) with { ParentHash = parentHash };
        BlockEnvironment environment = new BlockOverrides { BlobBaseFee = overrides.BlobBaseFee }.Apply(
            BlockDraft.Environment(_node.Settings, header, HashOf), _node.Settings);
        if (planned.Input.State is { } state)
        {
            var precompiles = new MovedPrecompiles(environment.Fork);
            if (state.Move(precompiles) is { } wrong) return RpcError.Of(wrong);
            environment = BlockOverrides.WithPrecompiles(environment, precompiles);
            state.Apply(_state);
        }
        SystemContracts.Begin(_processor, environment, header.ParentBeaconBlockRoot ?? default, () => before);
        var calls = new Calls(this, environment, new TransferTracer(_input.TracesTransfers, _budget));
        foreach (CallInput call in planned.Input.Calls)
            if (calls.Run(call) is { } error) return error;
        return Seal(header, environment, calls, overrides.Withdrawals ?? []);
    }

    /// <summary>The header without hash of the parent, roots, bloom and gas used; what is not pretended is the parent's, as in geth.</summary>
    private BlockHeader DraftOf(PlannedBlock planned, BlockHeader parent)
    {
        BlockOverrides overrides = planned.Input.Block;
        EthereumSettings settings = _node.Settings;
        EvmFork fork = settings.Forks.ForkAt(planned.Number, planned.Time);
        bool isMerged = fork >= EvmFork.Paris;
        return new BlockHeader
        {
            Number = planned.Number,
            Timestamp = planned.Time,
            GasLimit = overrides.GasLimit ?? parent.GasLimit,
            Beneficiary = overrides.FeeRecipient ?? parent.Beneficiary,
            Difficulty = overrides.Difficulty ?? (isMerged ? default : parent.Difficulty),
            MixHash = overrides.PrevRandao ?? default,
            BaseFeePerGas = fork >= EvmFork.London ? overrides.BaseFeePerGas ?? BaseFeeAfter(parent) : null,
            WithdrawalsRoot = fork >= EvmFork.Shanghai ? NodeReference.EmptyRoot : null,
            BlobGasUsed = fork >= EvmFork.Cancun ? 0 : null,
            ExcessBlobGas = fork < EvmFork.Cancun ? null
                : parent.ExcessBlobGas is null ? 0 : settings.Forks.BlobsAt(planned.Time).ExcessAfter(parent, fork),
            ParentBeaconBlockRoot = fork >= EvmFork.Cancun ? overrides.BeaconRoot ?? Hash256.Zero : null,
            RequestsHash = fork >= EvmFork.Prague ? BlockHeader.EmptyRequestsHash : null,
        };
    }

    private UInt256 BaseFeeAfter(BlockHeader parent)
    {
        if (!_input.Validates || _node.Settings.BaseFee == BaseFeePolicy.Zero) return default;
        return parent.BaseFeePerGas is { } fee ? BaseFees.Next(fee, parent.GasUsed, parent.GasLimit) : BaseFees.Initial;
    }

    private Hash256 HashOf(ulong number)
    {
        if (number < _start.Number) return _node.HashBefore(_view, number);
        if (number == _start.Number) return _startHash;
        ulong place = number - _start.Number - 1;
        return place < (ulong)_done.Count ? _done[(int)place].Block.Hash : default;
    }

    private RpcError? Seal(BlockHeader header, BlockEnvironment environment, Calls calls, IReadOnlyList<Withdrawal> withdrawals)
    {
        (header, TransactionReceipt[] receipts) = EthereumBlock.Derive(header, calls.Transactions, calls.Outcomes);
        List<byte[]>? requests = environment.Fork >= EvmFork.Prague ? SystemContracts.End(_processor, environment, receipts) : null;
        if (requests is not null) header = header with { RequestsHash = SystemContracts.RequestsHash(requests) };
        foreach (Withdrawal withdrawal in withdrawals)
            _state.AddBalance(_state.Account(withdrawal.Address), (UInt256)withdrawal.Amount * WeiPerGwei);
        _state.FinishTransaction(deleteEmpty: environment.Fork >= EvmFork.SpuriousDragon);
        _state.CollectChanges(_changes);
        StateDelta delta = SimulatedRoots.DeltaOf(_changes, _view);
        if ((_slots += delta.Slots.Count) > RpcLimits.SimulatedSlots) return new RpcError(LimitExceeded, "too many changes of state");
        if (_roots.RootAfter(delta) is not { } root)
            return _roots.NeedsPatience ? RpcError.NeedsPatience : RpcError.Of("the state root of the block cannot be had any more");
        header = header with { StateRoot = root };
        var body = new Block(header, [.. calls.Transactions.Select(static t => t.Transaction)], [], withdrawals);
        if (header.WithdrawalsRoot is not null) header = header with { WithdrawalsRoot = body.WithdrawalsRoot() };
        var block = new EthereumBlock
        {
            Header = header,
            Hash = header.Hash(),
            Transactions = calls.Transactions,
            Receipts = receipts,
            Withdrawals = withdrawals,
        };
        _done.Add(new SimulatedBlock(block, calls.Results));
        return null;
    }

    /// <summary>The calls of one block.</summary>
    private sealed class Calls(SimulationRun run, BlockEnvironment environment, TransferTracer tracer)
    {
        private ulong _gasUsed;

        public List<BlockTransaction> Transactions { get; } = [];
        public List<Outcome> Outcomes { get; } = [];
        public List<SimulatedCall> Results { get; } = [];

        public RpcError? Run(CallInput input)
        {
            run._budget.CheckTime();
            ulong chainId = run._node.Settings.ChainId;
            if (input.TryGet(chainId, out CallRequest request) is { } wrong) return wrong;
            int sender = run._state.Account(request.From);
            ulong left = (ulong)environment.GasLimit - _gasUsed;
            ulong gas = request.Gas ?? left;
            if (gas > left) return new RpcError(BlockGasLimitReached, $"block gas limit reached: {_gasUsed} >= {environment.GasLimit}");
            gas = Math.Min(gas, run._gasLeft);
            EthereumTransaction transaction = request.ToTransaction(gas, request.Nonce ?? run._state.Nonce(sender), chainId);
            EvmTransaction evm = EvmTransactions.Of(transaction, request.From);
            TransactionResult result = TracedRun.Execute(
                run._processor, new TracedTransaction(evm, environment, run._state), long.MaxValue / 4, SkipsOf(request), tracer,
                run._budget);
            if (!result.IsExecuted)
            {
                Refusal refusal = CallRefusals.Of(
                    result.Refusal, evm, run._state.Nonce(sender), run._state.Balance(sender), environment);
                return new RpcError(refusal.Code, $"err: {refusal.Message} (supplied gas {gas})");
            }
            Take(request, transaction, result);
            return null;
        }

        private SkippedChecks SkipsOf(CallRequest request)
        {
            SkippedChecks skip = SkippedChecks.SenderCode | SkippedChecks.GasCaps;
            if (run._input.Validates) return skip;
            skip |= SkippedChecks.Nonce;
            return request.HasPrice ? skip : skip | SkippedChecks.Fees | SkippedChecks.ShowsBaseFee;
        }

        private void Take(CallRequest request, EthereumTransaction transaction, in TransactionResult result)
        {
            ulong used = (ulong)result.GasUsed;
            _gasUsed += used;
            run._gasLeft -= used;
            run._budget.Keep(result.Output.Length);
            Transactions.Add(new BlockTransaction(transaction, request.From));
            Outcomes.Add(new Outcome(request.From, result.IsSuccess, used, LogEntries.All(run._state.Logs)));
            bool hasOutput = result.Error is EvmError.None or EvmError.Reverted;
            Results.Add(new SimulatedCall(
                hasOutput ? result.Output.ToArray() : default, tracer.Logs, used, (ulong)result.MostGasUsed, result.Error, result.Failed));
        }
    }
}
