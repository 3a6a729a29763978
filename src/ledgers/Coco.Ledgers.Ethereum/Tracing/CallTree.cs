using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>One call of a transaction, with the calls that it made.</summary>
internal sealed class TracedCall
{
    public required CallKind Kind { get; init; }
    public required Address From { get; init; }
    public required Address To { get; init; }
    public required UInt256 Value { get; init; }
    public required long Gas { get; init; }
    public required byte[] Input { get; init; }
    public required bool IsPrecompile { get; init; }
    public long GasUsed { get; set; }
    public byte[] Output { get; set; } = [];
    public EvmError Error { get; set; }
    public FailedInstruction? Failed { get; set; }
    public List<TracedCall> Calls { get; } = [];
    public List<TracedLog> Logs { get; } = [];

    public bool IsCreate => Kind is CallKind.Create or CallKind.Create2;
}

/// <param name="Index">Its place among the logs of the block.</param>
/// <param name="Position">How many calls the contract had made before it.</param>
internal sealed record TracedLog(LogEntry Log, int Index, int Position);

/// <summary>Records the calls of a transaction as a tree.</summary>
internal sealed class CallTree(TraceBudget budget, bool hasLogs = false, bool isOnlyTop = false)
{
    /// <summary>What an entry costs beside its bytes.</summary>
    private const int EntryBytes = 256;

    private readonly Stack<TracedCall> _open = new();
    private JournaledState? _state;
    private int _firstLog, _depth;

    public TracedCall? Root { get; private set; }
    public ulong GasLimit { get; private set; }
    public long GasUsed { get; private set; }

    public void Begin(TracedTransaction transaction)
    {
        GasLimit = transaction.Evm.GasLimit;
        _firstLog = transaction.FirstLog;
        _state = transaction.State;
    }

    public void Enter(in CallView view)
    {
        _depth++;
        if (isOnlyTop && view.Depth > 0) return;
        budget.Keep(EntryBytes + view.Input.Length);
        var call = new TracedCall
        {
            Kind = view.Kind,
            From = view.From,
            To = view.To,
            Value = view.Value,
            Gas = view.Gas,
            Input = view.Input.ToArray(),
            IsPrecompile = view.IsPrecompile,
        };
        if (_open.TryPeek(out TracedCall? parent)) parent.Calls.Add(call);
        else Root = call;
        _open.Push(call);
    }

    public void Exit(in ExitView exit)
    {
        _depth--;
        if (isOnlyTop && exit.Depth > 0) return;
        TracedCall call = _open.Pop();
        bool hasOutput = exit.Error is EvmError.None or EvmError.Reverted;
        if (hasOutput) budget.Keep(exit.Output.Length);
        call.GasUsed = exit.GasUsed;
        call.Output = hasOutput ? exit.Output.ToArray() : [];
        call.Error = exit.Error;
        call.Failed = exit.Failed;
    }

    public void Log(in EvmLog log)
    {
        if (!hasLogs || (isOnlyTop && _depth > 1)) return;
        budget.Keep(EntryBytes + log.Data.Length);
        TracedCall call = _open.Peek();
        call.Logs.Add(new TracedLog(LogEntries.Of(log), _firstLog + _state!.Logs.Count - 1, call.Calls.Count));
    }

    public void End(in TransactionResult result)
    {
        GasUsed = result.GasUsed;
        if (Root is not null) ClearFailed(Root, false);
    }

    /// <summary>Logs of calls that failed, or are inside of one that did, never were.</summary>
    private static void ClearFailed(TracedCall call, bool hasFailed)
    {
        hasFailed |= call.Error != EvmError.None;
        if (hasFailed) call.Logs.Clear();
        foreach (TracedCall inner in call.Calls) ClearFailed(inner, hasFailed);
    }
}
