using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>
/// Executes the transactions of a block again, on the state before it. Uses the thread's machine: nothing else may run on the thread
/// between the first transaction and the last.
/// </summary>
internal sealed class BlockReplay
{
    private readonly TransactionProcessor _processor;
    private readonly BlockHeader _header;
    private long _gasUsed;
    private int _logs;

    /// <param name="before">The state after the parent block.</param>
    /// <param name="blockHash">Hashes of the blocks up to the parent.</param>
    public BlockReplay(EthereumSettings settings, IReadView before, BlockHeader header, Func<ulong, Hash256> blockHash)
    {
        QueryMachine machine = QueryMachine.OfThread;
        _processor = machine.Processor;
        _header = header;
        State = machine.State;
        State.Reset(new StoreStateReader(before));
        Environment = BlockDraft.Environment(
            settings, header, asked => asked + 1 == header.Number ? header.ParentHash : blockHash(asked));
    }

    public JournaledState State { get; }
    public BlockEnvironment Environment { get; }

    /// <summary>What the protocol does before the first transaction.</summary>
    public void Begin() => SystemContracts.Begin(
        _processor, Environment, _header.ParentBeaconBlockRoot ?? default, () => _header.ParentHash);

    /// <summary>Executes the next transaction; a tracer may watch. False where it gives another result than it gave then.</summary>
    public bool TryExecute(EthereumBlock block, int position, TransactionTracer? tracer, TraceBudget budget)
    {
        budget.CheckTime();
        BlockTransaction transaction = block.Transactions[position];
        TransactionReceipt? receipt = position < block.Receipts.Count ? block.Receipts[position] : null;
        var place = new TracePlace(block.Hash, block.Number, transaction.Transaction.Hash, position);
        EvmTransaction evm = EvmTransactions.Of(transaction.Transaction, transaction.Sender);
        long left = Environment.GasLimit - _gasUsed;
        TransactionResult result = tracer is null
            ? _processor.Execute(Environment, evm, left)
            : TracedRun.Execute(
                _processor, new TracedTransaction(evm, Environment, State, place, _logs), left,
                SkippedChecks.None, tracer, budget);
        if (!result.IsExecuted) return false;
        _gasUsed += result.GasUsed;
        _logs += State.Logs.Count;
        return receipt is null || (receipt.GasUsed == (ulong)result.GasUsed && receipt.Logs.Count == State.Logs.Count);
    }
}

/// <summary>One transaction under the eyes of a tracer.</summary>
internal static class TracedRun
{
    public static TransactionResult Execute(
        TransactionProcessor processor, TracedTransaction traced, long gasLeft, SkippedChecks skip, TransactionTracer tracer,
        TraceBudget budget)
    {
        tracer.Begin(traced);
        TransactionResult result;
        if (tracer.WantsSteps)
        {
            var relay = new StepRelay(tracer, budget);
            result = processor.Execute(traced.Block, traced.Evm, gasLeft, skip, ref relay);
        }
        else
        {
            var relay = new CallRelay(tracer, budget);
            result = processor.Execute(traced.Block, traced.Evm, gasLeft, skip, ref relay);
        }
        if (result.IsExecuted) tracer.End(result);
        return result;
    }
}
