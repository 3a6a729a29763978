using System.Text;
using Coco.Crypto;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Executor;

/// <summary>One executor over the key-value ledger, whose genesis is applied, and a clock.</summary>
public abstract class ExecutorHarness : IDisposable
{
    private readonly KeyValueLedger _ledger = new(new SortedDictionary<string, string>(StringComparer.Ordinal));
    private readonly VersionedStore _store;
    private readonly VersionedStore _leaders;
    private readonly Coco.Executor.Executor _executor;

    protected ExecutorHarness()
    {
        _store = new VersionedStore(_ledger.Description.Maps);
        _leaders = new VersionedStore(_ledger.Description.Maps);
        _executor = new Coco.Executor.Executor(_ledger, _store, new ExecutorSettings());
        Apply(BatchNumber.Zero);
    }

    protected ulong Now { get; private set; }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _store.Dispose();
        _leaders.Dispose();
        ((ILedger)_ledger).Dispose();
    }

    protected void Follow(ulong term, bool hasLeader) => Step(new RoleInput(new Term(term), false, hasLeader, GovernanceVersion.Zero));

    protected void Lead(ulong term) => Step(new RoleInput(new Term(term), true, true, GovernanceVersion.Zero));

    protected void Pass(ulong milliseconds)
    {
        Now += milliseconds;
        Step(new TimeInput(new Tick(Now), Now));
    }

    protected void Submit(string id, int valueBytes = 5) => Step(new SubmittedInput(1, Transaction(id, valueBytes)));

    protected List<ExecutorEffect> Apply(BatchNumber number, params AdmittedTransaction[] transactions)
    {
        var writer = new ByteWriter();
        var input = new BatchInput(number, new BatchEnvironment(1, Hash256.Zero), transactions);
        TransactionSet set = _leaders.Begin(number);
        IExecutedBatch executed = _ledger.Execute(input, set);
        set.EncodeWriteSet(writer);
        _leaders.Seal(set);
        _leaders.Commit(number);
        var results = new ByteWriter();
        executed.Seal(results, new BatchClaims());
        var record = new BatchRecord(
            number, input.Environment, [.. transactions.Select(one => one.Request)], writer.ToArray(), results.ToArray());
        return Step(new ApplyInput(new LogIndex(number.Value + 1), record));
    }

    protected List<Hash256> Forwarded()
    {
        return [.. Flush().OfType<ForwardEffect>().SelectMany(forward => forward.Transactions).Select(one => one.Id)];
    }

    protected List<ExecutorEffect> Flush()
    {
        var effects = new ExecutorEffects();
        _executor.Flush(effects);
        return All(effects);
    }

    protected List<ExecutorEffect> Step(ExecutorInput input)
    {
        var effects = new ExecutorEffects();
        _executor.Step(input, effects);
        return All(effects);
    }

    private static List<ExecutorEffect> All(ExecutorEffects effects) => [.. Enumerable.Range(0, effects.Count).Select(i => effects[i])];

    protected static Hash256 Id(string id) => Transaction(id).Id;

    protected static KeyValueTransaction Transaction(string id, int valueBytes = 5)
    {
        var writer = new ByteWriter();
        KeyValueTransaction.EncodeRequest(
            writer, KeyValueOperation.Put, 600_000, Encoding.UTF8.GetBytes(id), "key"u8, null, new byte[valueBytes]);
        Assert.True(KeyValueTransaction.TryDecode(writer.ToArray(), out KeyValueTransaction? transaction));
        return transaction!;
    }
}
