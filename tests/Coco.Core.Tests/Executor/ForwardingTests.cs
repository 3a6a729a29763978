using System.Text;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Executor;

/// <summary>What a follower's executor sends to the leader, and when it does so again.</summary>
public sealed class ForwardingTests : IDisposable
{
    private readonly KeyValueLedger _ledger = new(new SortedDictionary<string, string>(StringComparer.Ordinal));
    private readonly VersionedStore _store;
    private readonly VersionedStore _leaders;
    private readonly Coco.Executor.Executor _executor;
    private ulong _now;

    public ForwardingTests()
    {
        _store = new VersionedStore(_ledger.Description.Maps);
        _leaders = new VersionedStore(_ledger.Description.Maps);
        _executor = new Coco.Executor.Executor(_ledger, _store, new ExecutorSettings());
        Apply(BatchNumber.Zero);
    }

    public void Dispose()
    {
        _store.Dispose();
        _leaders.Dispose();
        ((ILedger)_ledger).Dispose();
    }

    [Fact]
    public void What_comes_while_nobody_leads_goes_to_the_next_leader()
    {
        Submit("a");
        Assert.Empty(Forwarded());
        Lead(term: 2, hasLeader: true);
        Assert.Equal([Id("a")], Forwarded());
        Assert.Empty(Forwarded());
    }

    [Fact]
    public void What_waits_is_sent_again_less_and_less_often()
    {
        Lead(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        var sent = new List<ulong>();
        while (_now < 40_000)
        {
            Pass(100);
            if (Forwarded().Count > 0) sent.Add(_now);
        }
        Assert.Equal([1_000UL, 3_000, 7_000, 15_000, 31_000], sent);
    }

    [Fact]
    public void What_is_committed_is_not_sent_again()
    {
        Lead(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Apply(new BatchNumber(1), Transaction("a"));
        Pass(5_000);
        Assert.Empty(Forwarded());
    }

    [Fact]
    public void A_refusal_of_what_was_sent_twice_says_nothing_about_the_first_sending()
    {
        Lead(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Pass(1_500);
        Assert.Equal([Id("a")], Forwarded());
        Assert.Empty(Step(new ForwardRefusedInput(Id("a"), new Refusal(409, "executed"))).OfType<CompleteEffect>());
        CompleteEffect answer = Assert.Single(Apply(new BatchNumber(1), Transaction("a")).OfType<CompleteEffect>());
        Assert.Equal(SubmissionState.Committed, answer.Submission.State);
    }

    [Fact]
    public void A_refusal_of_the_only_sending_is_the_answer()
    {
        Lead(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        CompleteEffect answer = Assert.Single(Step(new ForwardRefusedInput(Id("a"), new Refusal(503, "full"))).OfType<CompleteEffect>());
        Assert.Equal(SubmissionState.Refused, answer.Submission.State);
        Pass(5_000);
        Assert.Empty(Forwarded());
    }

    private void Lead(ulong term, bool hasLeader) => Step(new RoleInput(new Term(term), false, hasLeader, GovernanceVersion.Zero));

    private void Pass(ulong milliseconds)
    {
        _now += milliseconds;
        Step(new TimeInput(new Tick(_now), _now));
    }

    private void Submit(string id) => Step(new SubmittedInput(1, Transaction(id)));

    private List<ExecutorEffect> Apply(BatchNumber number, params AdmittedTransaction[] transactions)
    {
        var writer = new ByteWriter();
        var input = new BatchInput(number, new BatchEnvironment(1, Hash256.Zero), transactions);
        TransactionSet set = _leaders.Begin(number);
        IExecutedBatch executed = _ledger.Execute(input, set);
        set.EncodeWriteSet(writer);
        _leaders.Seal(set);
        _leaders.Commit(number);
        var results = new ByteWriter();
        executed.Seal(results);
        var record = new BatchRecord(
            number, input.Environment, [.. transactions.Select(one => one.Request)], writer.ToArray(), results.ToArray());
        return Step(new ApplyInput(new LogIndex(number.Value + 1), record));
    }

    private List<Hash256> Forwarded()
    {
        var effects = new ExecutorEffects();
        _executor.Flush(effects);
        return [.. All(effects).OfType<ForwardEffect>().SelectMany(forward => forward.Transactions).Select(one => one.Id)];
    }

    private List<ExecutorEffect> Step(ExecutorInput input)
    {
        var effects = new ExecutorEffects();
        _executor.Step(input, effects);
        return All(effects);
    }

    private static List<ExecutorEffect> All(ExecutorEffects effects) => [.. Enumerable.Range(0, effects.Count).Select(i => effects[i])];

    private static Hash256 Id(string id) => Transaction(id).Id;

    private static KeyValueTransaction Transaction(string id)
    {
        var writer = new ByteWriter();
        KeyValueTransaction.EncodeRequest(
            writer, KeyValueOperation.Put, ulong.MaxValue, Encoding.UTF8.GetBytes(id), "key"u8, null, "value"u8.ToArray());
        Assert.True(KeyValueTransaction.TryDecode(writer.ToArray(), out KeyValueTransaction? transaction));
        return transaction!;
    }
}
