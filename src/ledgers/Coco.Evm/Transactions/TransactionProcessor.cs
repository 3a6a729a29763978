using System.Buffers;
using Coco.Evm.Code;
using Coco.Evm.Precompiles;
using Coco.Evm.Run;
using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Evm.Transactions;

/// <summary>
/// Executes transactions one after another on a <see cref="JournaledState"/>: validity, payment, access lists, delegations, the
/// run itself, refunds and the clean up of accounts. One thread.
/// </summary>
public sealed class TransactionProcessor(JournaledState state)
{
    private readonly Machine _machine = new(state);
    private readonly ArrayBufferWriter<byte> _precompileOutput = new(256);
    private byte[] _input = [];

    public JournaledState State { get; } = state;

    /// <summary>Executes a transaction; <paramref name="blockGasLeft"/> is what earlier ones left of the block's gas limit.</summary>
    public TransactionResult Execute(BlockEnvironment block, EvmTransaction transaction, long blockGasLeft)
    {
        NoTracer none = default;
        return Execute(block, transaction, blockGasLeft, SkippedChecks.None, ref none);
    }

    public TransactionResult Execute<TTracer>(
        BlockEnvironment block, EvmTransaction transaction, long blockGasLeft, SkippedChecks skip, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        ForkRules rules = ForkRules.Of(block.Fork);
        State.BeginTransaction(block.Fork);
        TransactionRefusal refusal = TransactionValidity.Check(transaction, block, rules, State, blockGasLeft, skip);
        if (refusal != TransactionRefusal.None) return new TransactionResult { Refusal = refusal };

        bool paysFees = !skip.HasFlag(SkippedChecks.Fees);
        UInt256 price = transaction.EffectiveGasPrice(rules.HasBaseFee ? block.BaseFee : default);
        Prepare(block, rules, transaction.Sender, price);
        bool showsBaseFee = paysFees || skip.HasFlag(SkippedChecks.ShowsBaseFee) || !transaction.MaxFeePerGas.IsZero;
        _machine.BaseFee = showsBaseFee ? block.BaseFee : default;
        _machine.BlobHashes = transaction.BlobHashes;
        int sender = State.Account(transaction.Sender);
        if (paysFees) BuyGas(block, transaction, sender, price);
        State.SetNonce(sender, State.Nonce(sender) + 1);
        if (rules.HasWarmth) Warm(block, rules, transaction);
        foreach (Authorization authorization in transaction.Authorizations) Apply(block, authorization);

        Frame frame = Start(transaction, rules, sender);
        RunOutermost(frame, ref tracer);
        TransactionResult result = Settle(transaction, rules, frame, price);
        if (paysFees) Pay(block, transaction, rules, sender, result);
        State.FinishTransaction(rules.DeletesEmpty);
        return result;
    }

    /// <summary>
    /// A call by the protocol itself at the edges of a block (EIP-4788, EIP-2935, EIP-7002, EIP-7251): nobody pays, no nonce moves.
    /// Without code at <paramref name="to"/> nothing happens.
    /// </summary>
    public TransactionResult SystemCall(BlockEnvironment block, in Address caller, in Address to, ReadOnlyMemory<byte> input, long gas)
    {
        ForkRules rules = ForkRules.Of(block.Fork);
        State.BeginTransaction(block.Fork);
        Prepare(block, rules, caller, default);
        _machine.BlobHashes = [];
        _machine.BaseFee = block.BaseFee;
        EvmTransaction call = new() { Sender = caller, To = to, GasLimit = (ulong)gas, Data = input };
        Frame frame = Begin(call, rules, gas);
        NoTracer none = default;
        if (frame.Code.Length > 0) _machine.Run(ref none);
        TransactionResult result = new() { Error = frame.Error, GasUsed = gas - frame.Gas, Output = OutputOf(frame) };
        State.FinishTransaction(rules.DeletesEmpty);
        return result;
    }

    private void Prepare(BlockEnvironment block, ForkRules rules, in Address origin, in UInt256 price)
    {
        _machine.Rules = rules;
        _machine.Block = block;
        _machine.Origin = origin;
        _machine.GasPrice = price;
        _machine.HasPendingFrame = false;
    }

    private void BuyGas(BlockEnvironment block, EvmTransaction tx, int sender, in UInt256 price)
    {
        State.SetBalance(sender, State.Balance(sender) - (price * tx.GasLimit) - BlobFeeOf(block, tx));
    }

    private void Warm(BlockEnvironment block, ForkRules rules, EvmTransaction tx)
    {
        State.WarmAccount(State.Account(tx.Sender));
        if (tx.To is Address to) State.WarmAccount(State.Account(to));
        if (rules.WarmsCoinbase) State.WarmAccount(State.Account(block.Coinbase));
        foreach (AccessListEntry entry in tx.AccessList)
        {
            int account = State.Account(entry.Address);
            State.WarmAccount(account);
            foreach (UInt256 slot in entry.Slots) State.WarmSlot(State.Slot(account, slot));
        }
    }

    /// <summary>EIP-7702, the steps of its section "Behavior"; an authorization that does not hold is passed over.</summary>
    private void Apply(BlockEnvironment block, in Authorization authorization)
    {
        bool ofThisChain = authorization.ChainId.IsZero || authorization.ChainId == block.ChainId;
        if (!ofThisChain || authorization.Nonce == ulong.MaxValue || authorization.Authority is not Address authority) return;
        int account = State.Account(authority);
        State.WarmAccount(account);
        EvmCode code = State.Code(account);
        if ((code.Length != 0 && !code.IsDelegation(out _)) || State.Nonce(account) != authorization.Nonce) return;
        if (State.Exists(account)) State.Refund += GasCosts.KnownAuthorityRefund;
        Span<byte> designator = stackalloc byte[EvmCode.DelegationLength];
        designator[0] = 0xef;
        designator[1] = 0x01;
        designator[2] = 0x00;
        authorization.Address.CopyTo(designator[3..]);
        State.SetCode(account, authorization.Address.IsZero ? [] : designator);
        State.SetNonce(account, authorization.Nonce + 1);
    }

    private Frame Start(EvmTransaction tx, ForkRules rules, int sender)
    {
        long gas = (long)tx.GasLimit - IntrinsicGas.Of(tx, rules);
        if (tx.To is not null) return Begin(tx, rules, gas);
        Frame frame = _machine.FrameAt(0);
        frame.Begin(CallKind.Create, gas);
        frame.Caller = tx.Sender;
        frame.Value = tx.Value;
        frame.IsStatic = false;
        frame.Snapshot = State.TakeSnapshot();
        frame.Self = ContractAddress.OfNonce(tx.Sender, State.Nonce(sender) - 1);
        frame.SelfAccount = State.Account(frame.Self);
        if (rules.HasWarmth) State.WarmAccount(frame.SelfAccount);
        frame.InitCode.Load(tx.Data.Span);
        frame.Code = frame.InitCode;
        return frame;
    }

    private Frame Begin(EvmTransaction tx, ForkRules rules, long gas)
    {
        Address to = tx.To!.Value;
        Frame frame = _machine.FrameAt(0);
        frame.Begin(CallKind.Call, gas);
        if (_input.Length < tx.Data.Length) _input = new byte[Math.Max(tx.Data.Length, 1024)];
        tx.Data.Span.CopyTo(_input);
        frame.Input = _input;
        frame.InputLength = tx.Data.Length;
        frame.Caller = tx.Sender;
        frame.Value = tx.Value;
        frame.IsStatic = false;
        frame.Self = to;
        frame.SelfAccount = State.Account(to);
        frame.Code = State.Code(frame.SelfAccount);
        if (rules.HasDelegations && frame.Code.IsDelegation(out Address target))
        {
            int account = State.Account(target);
            State.WarmAccount(account);
            frame.Code = _machine.PrecompileAt(target) is not null ? EvmCode.Empty : State.Code(account);
        }
        frame.Snapshot = State.TakeSnapshot();
        return frame;
    }

    private void RunOutermost<TTracer>(Frame frame, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        int sender = State.Account(frame.Caller);
        Precompile? precompile = frame.IsCreate ? null : _machine.PrecompileAt(frame.Self);
        if (TTracer.TracesCalls) _machine.ShowEnter(frame.Caller, frame, frame.Self, precompile is not null, ref tracer);
        bool runs = true;
        if (frame.IsCreate) runs = _machine.BeginCreation(sender, frame);
        else _machine.Transfer(sender, frame.SelfAccount, frame.Value);
        if (runs && precompile is null && frame.Code.Length > 0)
        {
            _machine.Run(ref tracer);
            return;
        }
        ReadOnlySpan<byte> output = [];
        if (precompile is not null && _machine.RunPrecompile(frame, precompile, _precompileOutput))
        {
            output = _precompileOutput.WrittenSpan;
            frame.Memory.Cover(output.Length);
            output.CopyTo(frame.Memory.Bytes);
            frame.OutputLength = output.Length;
        }
        if (TTracer.TracesCalls) _machine.ShowExit(frame, output, ref tracer);
    }

    private TransactionResult Settle(EvmTransaction tx, ForkRules rules, Frame frame, in UInt256 price)
    {
        long used = (long)tx.GasLimit - frame.Gas;
        long refund = Math.Min(State.Refund, used / (rules.HasReducedRefunds ? 5 : 2));
        used -= refund;
        long floor = IntrinsicGas.Floor(tx, rules);
        return new TransactionResult
        {
            Error = frame.Error,
            GasUsed = Math.Max(used, floor),
            GasRefunded = refund,
            EffectiveGasPrice = price,
            Output = OutputOf(frame),
            CreatedAddress = frame.IsCreate ? frame.Self : null,
            MostGasUsed = Math.Max(used + refund, floor),
            Failed = Machine.FailedOf(frame),
        };
    }

    private static ReadOnlyMemory<byte> OutputOf(Frame frame) => frame.Memory.Bytes.AsMemory(frame.OutputStart, frame.OutputLength);

    private void Pay(BlockEnvironment block, EvmTransaction tx, ForkRules rules, int sender, in TransactionResult result)
    {
        UInt256 price = result.EffectiveGasPrice;
        ulong used = (ulong)result.GasUsed;
        State.AddBalance(sender, price * (tx.GasLimit - used));
        UInt256 burnt = rules.HasBaseFee ? block.BaseFee : default;
        int coinbase = State.Account(block.Coinbase);
        if (price == burnt) State.Touch(coinbase, rules.DeletesEmpty);
        else State.AddBalance(coinbase, (price - burnt) * used);
        if (block.FeeCollector is not Address collector) return;
        UInt256 fees = (burnt * used) + BlobFeeOf(block, tx);
        if (!fees.IsZero) State.AddBalance(State.Account(collector), fees);
    }

    private static UInt256 BlobFeeOf(BlockEnvironment block, EvmTransaction tx) =>
        block.BlobBaseFee * ((ulong)tx.BlobHashes.Length * GasCosts.Blob);
}
