using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager.Attesting;

/// <summary>
/// Makes and judges evidence for leases (TEE-3) beside the sequencer's thread: hardware takes up to a second for evidence, and a
/// judgement some milliseconds.
/// </summary>
internal sealed class LeaseWork(
    NodeEvidence evidence, LedgerTime time, Func<GovernanceState?> state, Func<ReadOnlyMemory<byte>> nodeKey, Action<ReplicaInput> give,
    Action<string, string> alert, Action<string, LogIndex, EvidenceRefusal> distrust)
{
    private readonly Lock _platform = new();
    private readonly Lock _order = new();
    private Task _checking = Task.CompletedTask;

    /// <summary>When this VN's evidence ends to count, as far as governance says: UTC in ISO 8601; null without leases.</summary>
    public static string? ExpiryOf(GovernanceState? state, NodeId self)
    {
        if (state?.Constitution.Leases is not { } leases || state.Find(self) is not { } record) return null;
        return DateTimeOffset.FromUnixTimeMilliseconds((long)record.AttestedAtUnixMs + leases.DurationMs).ToString("O");
    }

    public void Produce(ProduceEvidenceEffect effect) => _ = Task.Run(() => Produce(effect.Nonce));

    public void Judge(JudgeEvidenceEffect effect) => TellFailure(Task.Run(() =>
    {
        if (state() is not { } known) return;
        EvidenceRefusal? refusal = evidence.Judge(
            effect.Evidence.Span, known, effect.Node.Name, effect.Node.PublicKey.Span, effect.Nonce, time.UnixMs);
        give(new EvidenceJudgedInput(
            effect.Node.Id, effect.Nonce, effect.Evidence, refusal is null ? null : $"{refusal.Check}: {refusal.Reason}"));
    }));

    /// <summary>
    /// What a leader committed is judged here again, at the entry's own time. A VN refuses by itself to deal with one whose evidence does not
    /// hold: to others that is a broken link, which consensus lives with, so that VNs need not agree on it.
    /// </summary>
    public void Check(EvidenceCommittedEffect committed)
    {
        lock (_order)
        {
            _checking = _checking.ContinueWith(
                _ =>
                {
                    foreach ((string node, EvidenceRefusal refusal) in evidence.Refused(committed.Entry, committed.Before)) distrust(node, committed.At, refusal);
                }, TaskScheduler.Default);
            TellFailure(_checking);
        }
    }

    /// <summary>A verifier refuses and does not throw; where one does, somebody must see it.</summary>
    private void TellFailure(Task judging) => judging.ContinueWith(
        failed => alert("evidence", $"Evidence could not be judged: {failed.Exception!.GetBaseException().Message}"),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>One at a time, as devices want it. Without evidence nothing is given: the leader asks again.</summary>
    private void Produce(Hash256 nonce)
    {
        if (state() is not { } known) return;
        try
        {
            byte[] made;
            lock (_platform) made = evidence.ForLedger(known.Network.Value, nodeKey().Span, nonce);
            give(new EvidenceProducedInput(nonce, made));
        }
        catch (Exception problem) when (problem is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            alert("lease", $"The platform makes no evidence: {problem.Message}");
        }
    }
}
