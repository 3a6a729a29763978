using Coco.Governance;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// This VN's own lease: it gives evidence when it is asked. Told by the leader that a quorum has ended the lease, it is quarantined: it
/// neither votes nor takes data, and drops its keys, until it has renewed. When its own clock says that nothing was renewed for a whole
/// duration it stops serving and asks: that is best effort, since its host can stop the clock.
/// </summary>
internal sealed class OwnLease(ReplicaContext context)
{
    private (NodeId From, Hash256 Nonce)? _asker;
    private (Hash256 Evidence, ulong At) _seen;
    private ulong _seenAtUnixMs;
    private ulong _nextWanted;

    /// <summary>By this VN's own clock.</summary>
    public bool IsLapsed { get; private set; }

    public void OnTick(Func<IReadOnlyCollection<string>> peers)
    {
        Look();
        if ((!IsLapsed && !context.IsQuarantined) || context.Now < _nextWanted) return;
        _nextWanted = context.Now + LeaseTicks.NoticeEvery;
        var wanted = new EvidenceWanted(context.Start.Boot, context.IsQuarantined);
        foreach (string peer in peers()) context.Effects.Add(new SendEffect(peer, wanted));
    }

    /// <summary>Somebody of the network asks; true if that begins the quarantine.</summary>
    public bool OnAsked(NodeId from, EvidenceAsk ask)
    {
        _asker = (from, ask.Nonce);
        context.Effects.Add(new ProduceEvidenceEffect(ask.Nonce));
        // One that is behind may remember a quarantine that this VN has seen end.
        return ask.IsQuarantined && !context.IsQuarantined && ask.AsOf > context.Tail.Processed;
    }

    /// <summary>The shell has made evidence; true if this VN, as leader, had asked itself.</summary>
    public bool OnProduced(EvidenceProducedInput produced)
    {
        if (_asker is not { } asker || asker.Nonce != produced.Nonce) return true;
        _asker = null;
        context.Send(asker.From, new EvidenceGive(context.Start.Boot, produced.Nonce, produced.Evidence));
        return false;
    }

    /// <summary>Counts from when this VN saw its latest evidence committed, by its own clock alone.</summary>
    private void Look()
    {
        if (context.Tail.CommittedState is not { } state || state.Constitution.Leases is not { } leases || state.Find(context.Self) is not { } record)
        {
            IsLapsed = false;
            return;
        }
        var latest = (record.EvidenceDigest, record.AttestedAtUnixMs);
        if (latest != _seen) (_seen, _seenAtUnixMs) = (latest, context.UnixMs);
        IsLapsed = context.UnixMs - _seenAtUnixMs >= (ulong)leases.DurationMs;
    }
}
