using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>What an executor wants done.</summary>
public abstract record ExecutorEffect
{
    private protected ExecutorEffect()
    {
    }
}

/// <summary>Answer the client.</summary>
public sealed record CompleteEffect(ulong Ticket, Submission Submission) : ExecutorEffect;

/// <summary>Sealing thread: finish this batch and give <see cref="SealedInput"/>.</summary>
public sealed record SealEffect(IExecutedBatch Batch) : ExecutorEffect;

/// <summary>Sealing thread: <see cref="ILedger.RolledBack"/>.</summary>
public sealed record UnsealEffect(BatchNumber To) : ExecutorEffect;

/// <summary>Sealing thread: <see cref="ILedger.Settle"/>, some time after this.</summary>
public sealed record SettleEffect : ExecutorEffect
{
    public static SettleEffect Instance { get; } = new();
}

/// <summary>To the sequencer: make an entry of this batch. <paramref name="Attempt"/> grows with each roll back.</summary>
public sealed record ProposeEffect(
    Term Term, GovernanceVersion GovernanceVersion, ulong Attempt, BatchRecord Record, Hash256 Claims) : ExecutorEffect;

/// <summary>To the leader's executor, which gets it as <see cref="ForwardedInput"/>.</summary>
public sealed record ForwardEffect(IReadOnlyList<AdmittedTransaction> Transactions, IReadOnlyList<Hash256> Asked) : ExecutorEffect;

/// <summary>Back to the VN that forwarded, whose executor gets it as <see cref="ForwardAnsweredInput"/>.</summary>
public sealed record AnswerForwardEffect(
    NodeId To, IReadOnlyList<Hash256> Wanted, IReadOnlyList<(Hash256 Id, Refusal Refusal)> Refused) : ExecutorEffect;

/// <summary>Give <see cref="RandomInput"/> with this many values.</summary>
public sealed record DrawRandomEffect(int Count) : ExecutorEffect;

/// <summary>A batch is committed and visible on this VN.</summary>
public sealed record AppliedEffect(BatchNumber Batch, LogIndex Index, BatchRecord Record) : ExecutorEffect;

/// <summary>Effects of one step, in order. Reused: clear it before each step.</summary>
public sealed class ExecutorEffects
{
    private readonly List<ExecutorEffect> _effects = [];

    public int Count => _effects.Count;
    public ExecutorEffect this[int position] => _effects[position];

    public void Add(ExecutorEffect effect) => _effects.Add(effect);

    public void Clear() => _effects.Clear();
}
