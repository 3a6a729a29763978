using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
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

    /// <summary>A thread's machine and its tables, some 100 KB: every run begins by resetting them, so one after the other may use them.</summary>
    [ThreadStatic]
    private static JournaledState? _spareState;

    [ThreadStatic]
    private static TransactionProcessor? _spareProcessor;

    private readonly EthereumSettings _settings;
    private readonly IReadView _view;
    private readonly StoreStateReader _reader;
    private readonly JournaledState _state;
    private readonly TransactionProcessor _processor;

    public StateQueries(EthereumSettings settings, IReadView view)
    {
        _settings = settings;
        _view = view;
        _reader = new StoreStateReader(view);
        _state = _spareState ??= new JournaledState(new CodeCache());
        _processor = _spareProcessor ??= new TransactionProcessor(_state);
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

    /// <summary>The least gas with which the call succeeds, found by halving as geth does.</summary>
    public GasEstimate EstimateGas(CallRequest request, BlockEnvironment environment)
    {
        ulong most = Math.Min(request.Gas is { } given and >= PlainTransferGas ? given : (ulong)environment.GasLimit, QueryGas);
        if (environment.Fork >= EvmFork.Osaka) most = Math.Min(most, (ulong)Limits.TransactionGas);
        if (!TryLimitByBalance(request, ref most, out Refusal? refusal)) return new GasEstimate(null, null, refusal);
        bool isPlain = request.Data.IsEmpty && request.To is { } to && Code(to).IsEmpty && request.Authorizations.Count == 0;
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

    private ulong _lastRefund;

    private bool TryLimitByBalance(CallRequest request, ref ulong most, out Refusal? refusal)
    {
        refusal = null;
        UInt256 price = request.MaxFeePerGas ?? default;
        if (price.IsZero) return true;
        UInt256 balance = Account(request.From).Balance;
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
        _state.Reset(_reader);
        EvmTransaction transaction = request.ToEvm(gas, Account(request.From).Nonce);
        SkippedChecks skip = SkippedChecks.Nonce | SkippedChecks.SenderCode | SkippedChecks.GasCaps;
        if (request.MaxFeePerGas is not { IsZero: false }) skip |= SkippedChecks.Fees;
        TransactionResult result = _processor.Execute(environment, transaction, long.MaxValue / 4, skip, ref tracer);
        _lastRefund = (ulong)Math.Max(result.GasRefunded, 0);
        Refusal? refusal = result.IsExecuted ? null : Refusals.Of(
            result.Refusal, transaction, Account(request.From).Nonce, Account(request.From).Balance, environment.BaseFee,
            ForkRules.Of(environment.Fork));
        return new CallResult(refusal, result.Error, result.Output.ToArray(), (ulong)result.GasUsed);
    }
}
