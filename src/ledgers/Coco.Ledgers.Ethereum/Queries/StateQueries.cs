using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Questions about one committed state. Made per view and thread; the view must outlive it.</summary>
public sealed class StateQueries
{
    /// <summary>Gas that a query may use: as geth.</summary>
    public const ulong QueryGas = 50_000_000;

    private const ulong PlainTransferGas = 21_000;

    /// <summary>An estimate may be this much too large, in thousandths (geth's error ratio).</summary>
    private const ulong ErrorThousandths = 15;

    private readonly EthereumSettings _settings;
    private readonly IReadView _view;
    private readonly StoreStateReader _reader;
    private readonly JournaledState _state;
    private readonly TransactionProcessor _processor;
    private StateOverrides? _overrides;
    private ulong _lastRefund;

    public StateQueries(EthereumSettings settings, IReadView view)
    {
        _settings = settings;
        _view = view;
        _reader = new StoreStateReader(view);
        QueryMachine machine = QueryMachine.OfThread;
        _state = machine.State;
        _processor = machine.Processor;
    }

    public AccountRecord Account(in Address address) => AccountRecord.TryGet(_view, address, out AccountRecord account)
        ? account : new AccountRecord(0, default, AccountRecord.NoCode, 0);

    public ReadOnlyMemory<byte> Code(in Address address) => StoreStateReader.GetCode(_view, Account(address).CodeHash);

    public UInt256 Storage(in Address address, in UInt256 slot)
    {
        uint storage = Account(address).Storage;
        return storage == 0 ? default : StoreStateReader.GetStorage(_view, storage, slot);
    }

    /// <summary>The environment of a block with this header, with this view's block hashes.</summary>
    public BlockEnvironment Environment(BlockHeader header, in Hash256 headHash)
    {
        ulong head = header.Number;
        Hash256 hash = headHash;
        return BlockDraft.Environment(_settings, header, asked => asked == head ? hash : BlockExecutor.FindHash(_view, asked));
    }

    /// <summary>What the calls after this pretend; gives the environment for them. The error in geth's words.</summary>
    internal string? Override(StateOverrides? state, BlockOverrides? block, ref BlockEnvironment environment)
    {
        if (block?.ErrorInCall is { } error) return error;
        if (block is not null) environment = block.Apply(environment, _settings);
        if (state is null) return null;
        var precompiles = new MovedPrecompiles(environment.Fork);
        if (state.Move(precompiles) is { } wrong) return wrong;
        environment = BlockOverrides.WithPrecompiles(environment, precompiles);
        _overrides = state;
        return null;
    }

    /// <summary>Runs a call on the state as it is.</summary>
    public CallResult Call(CallRequest request, BlockEnvironment environment)
    {
        NoTracer none = default;
        return Call(request, environment, ref none);
    }

    public CallResult Call<TTracer>(CallRequest request, BlockEnvironment environment, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        ulong gas = Math.Min(request.Gas ?? QueryGas, QueryGas);
        return Run(request, gas, environment, ref tracer);
    }

    /// <summary>The same under a tracer.</summary>
    internal CallResult Trace(CallRequest request, BlockEnvironment environment, TransactionTracer tracer, TraceBudget budget)
    {
        Begin();
        return TraceNext(request, environment, tracer, budget);
    }

    /// <summary>Goes back to the state as it is, for calls one after the other.</summary>
    internal void Begin() => Prepare();

    /// <summary>Runs a call on what the calls before it left.</summary>
    internal CallResult TraceNext(CallRequest request, BlockEnvironment environment, TransactionTracer tracer, TraceBudget budget) =>
        Trace(request, environment, _state, _processor, tracer, budget);

    internal static CallResult Trace(
        CallRequest request, BlockEnvironment environment, JournaledState state, TransactionProcessor processor, TransactionTracer tracer,
        TraceBudget budget)
    {
        int sender = state.Account(request.From);
        EvmTransaction transaction = request.ToEvm(Math.Min(request.Gas ?? QueryGas, QueryGas), state.Nonce(sender));
        TransactionResult result = TracedRun.Execute(
            processor, new TracedTransaction(transaction, environment, state), long.MaxValue / 4, SkipsOf(request), tracer, budget);
        return ResultOf(result, transaction, state, environment);
    }

    /// <summary>The least gas with which the call succeeds, found by halving as geth does.</summary>
    public GasEstimate EstimateGas(CallRequest request, BlockEnvironment environment)
    {
        ulong most = Math.Min(request.Gas is { } given and >= PlainTransferGas ? given : (ulong)environment.GasLimit, QueryGas);
        if (environment.Fork >= EvmFork.Osaka) most = Math.Min(most, (ulong)Limits.TransactionGas);
        if (!TryLimitByBalance(request, ref most, out Refusal? refusal)) return new GasEstimate(null, null, refusal);
        bool isPlain = request.Data.IsEmpty && request.To is { } to && request.Authorizations.Count == 0 && HasNoCode(to);
        if (isPlain && Run(request, PlainTransferGas, environment).IsSuccess) return new GasEstimate(PlainTransferGas, null, null);
        CallResult result = Run(request, most, environment);
        if (!result.IsSuccess) return new GasEstimate(null, result, result.Refusal);
        return new GasEstimate(Search(request, environment, result.GasUsed, most), null, null);
    }

    private ulong Search(CallRequest request, BlockEnvironment environment, ulong used, ulong most)
    {
        ulong least = used - 1;
        // Most calls succeed with what they used and what their calls held back (EIP-150: one 64th each) and a stipend.
        ulong optimistic = (used + _lastRefund + 2_300) * 64 / 63;
        if (optimistic < most && Run(request, optimistic, environment).IsSuccess) most = optimistic;
        while (least + 1 < most)
        {
            if ((most - least) * 1_000 / most < ErrorThousandths) break;
            ulong middle = Math.Min((most + least) / 2, least * 2);
            if (Run(request, middle, environment).IsSuccess) most = middle;
            else least = middle;
        }
        return most;
    }

    private bool HasNoCode(in Address address)
    {
        Prepare();
        return _state.Code(_state.Account(address)).Length == 0;
    }

    private void Prepare()
    {
        _state.Reset(_reader);
        _overrides?.Apply(_state);
    }

    private bool TryLimitByBalance(CallRequest request, ref ulong most, out Refusal? refusal)
    {
        refusal = null;
        UInt256 price = request.MaxFeePerGas ?? default;
        if (price.IsZero) return true;
        Prepare();
        UInt256 balance = _state.Balance(_state.Account(request.From));
        if (balance < request.Value)
        {
            refusal = Refusals.Of("insufficient funds for transfer");
            return false;
        }
        UInt256 affordable = (balance - request.Value) / price;
        if (affordable < most) most = affordable.U0;
        return true;
    }

    private CallResult Run(CallRequest request, ulong gas, BlockEnvironment environment)
    {
        NoTracer none = default;
        return Run(request, gas, environment, ref none);
    }

    private CallResult Run<TTracer>(CallRequest request, ulong gas, BlockEnvironment environment, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        Prepare();
        int sender = _state.Account(request.From);
        EvmTransaction transaction = request.ToEvm(gas, _state.Nonce(sender));
        TransactionResult result = _processor.Execute(environment, transaction, long.MaxValue / 4, SkipsOf(request), ref tracer);
        _lastRefund = (ulong)Math.Max(result.GasRefunded, 0);
        return ResultOf(result, transaction, _state, environment);
    }

    private static SkippedChecks SkipsOf(CallRequest request)
    {
        SkippedChecks skip = SkippedChecks.Nonce | SkippedChecks.SenderCode | SkippedChecks.GasCaps;
        return request.HasPrice ? skip : skip | SkippedChecks.Fees;
    }

    private static CallResult ResultOf(
        in TransactionResult result, EvmTransaction transaction, JournaledState state, BlockEnvironment environment)
    {
        int sender = state.Account(transaction.Sender);
        Refusal? refusal = result.IsExecuted ? null : CallRefusals.Of(
            result.Refusal, transaction, state.Nonce(sender), state.Balance(sender), environment);
        return new CallResult(refusal, result.Error, result.Output.ToArray(), (ulong)result.GasUsed) { Failed = result.Failed };
    }
}
