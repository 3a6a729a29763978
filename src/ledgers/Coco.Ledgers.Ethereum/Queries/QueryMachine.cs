using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Transactions;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// A thread's machine for questions and its tables, some 100 KB: every run begins by resetting the state, so one after the other may
/// use them. No run may wait for another in between.
/// </summary>
internal sealed class QueryMachine
{
    [ThreadStatic]
    private static QueryMachine? _ofThread;

    private QueryMachine() => Processor = new TransactionProcessor(State);

    public static QueryMachine OfThread => _ofThread ??= new QueryMachine();

    public JournaledState State { get; } = new(new CodeCache());
    public TransactionProcessor Processor { get; }
}
