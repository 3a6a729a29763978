using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Writes the state down where it is due, and lets nobody use a snapshot before the log says that it is the network's: each VN
/// tells the leader what it has written, the leader puts a digest that a quorum has written into the log (STO-4), and a quorum's
/// signatures over the root cover it.
/// </summary>
internal sealed class SnapshotDesk(ReplicaContext context, EntryMaker maker, SnapshotOffers offers)
{
    private readonly SortedDictionary<NodeId, SnapshotClaim> _reports = [];
    private readonly List<Claim> _claims = [];
    private SnapshotHeader? _taking;
    private SnapshotFacts? _taken;
    private LogIndex _proposed;
    private ulong _takenAt;
    private ulong _proposedAt;
    private ulong _nextReport;

    /// <summary>What a committed entry says of a snapshot.</summary>
    private sealed class Claim(SnapshotClaim said, EntryFrame entry)
    {
        public SnapshotClaim Said => said;
        public EntryFrame Entry => entry;
        public bool IsCertified { get; set; }
    }

    private LogIndex LastClaimed => _claims.Count > 0 ? _claims[^1].Said.Index : LogIndex.Zero;

    /// <param name="isDue">The state after this entry is to be written down.</param>
    public void OnCommitted(TailEntry entry, bool isDue, bool isWorkerLive)
    {
        if (entry.Kind == EntryKind.SnapshotDigest) OnClaim(entry);
        else if (entry.Kind == EntryKind.Signatures) OnCertificate(entry);
        bool isWaiting = _taking is not null || (_taken is not null && context.Now - _takenAt < Limits.AgreementTicks);
        if (isDue && isWorkerLive && !isWaiting) Take(entry);
    }

    public void OnWritten(SnapshotWrittenInput input)
    {
        if (_taking is null || _taking.Index != input.Index) return;
        _taking = null;
        if (input.Facts is not { } facts) return;
        if (_taken is { } older) context.Effects.Add(new DropSnapshotEffect(older.Index));
        _taken = facts;
        _takenAt = context.Now;
        _nextReport = context.Now;
        if (_claims.Find(claim => claim.Said.Index == facts.Index) is { } known) Compare(known);
        else if (LastClaimed > facts.Index) Forget(); // the network did not agree on it
    }

    public void OnTick(bool mayLead)
    {
        if (context.IsLeader && mayLead) Propose();
        else _proposed = LogIndex.Zero;
        if (_taken is not { } taken || LastClaimed >= taken.Index || context.Now < _nextReport) return;
        _nextReport = context.Now + Limits.ReportTicks;
        var claim = new SnapshotClaim(taken.Index, taken.Digest);
        if (context.IsLeader) OnReport(context.Self, claim);
        else if (context.Consensus.Status.Leader is { } leader) context.Send(leader, new SnapshotReport(claim));
    }

    /// <summary>To the leader: a VN has written a snapshot with this digest.</summary>
    public void OnReport(NodeId from, SnapshotClaim claim)
    {
        if (!context.IsLeader || claim.Index <= LastClaimed || claim.Index > context.Tail.Last) return;
        if (_reports.Values.Any(other => other.Index == claim.Index && other.Digest != claim.Digest))
            context.Effects.Add(new AlertEffect("divergence", $"VNs have written different snapshots of entry {claim.Index}; {context.NameOf(from)} is one of them."));
        _reports[from] = claim;
    }

    /// <summary>A snapshot that was used can't be read any more.</summary>
    public void OnLost(SnapshotLostInput input)
    {
        if (!context.Snapshots.Remove(input.Index)) return;
        context.Effects.Add(new AlertEffect("snapshot", $"The snapshot of entry {input.Index} can't be used: {input.Reason}."));
        // While older ledger files are still being fetched a start can't do without it, and may be able to read it again.
        if (context.Chunks is { First.Value: <= 1 }) context.Effects.Add(new DropSnapshotEffect(input.Index));
    }

    /// <summary>One that was installed; what this VN was about to write is older.</summary>
    public void OnInstalled(KnownSnapshot snapshot)
    {
        _taking = null;
        Forget();
        _claims.Clear();
        context.Snapshots.Add(snapshot);
        DropOld();
    }

    private void Take(TailEntry entry)
    {
        GovernanceState state = entry.State;
        var configuration = new ByteWriter();
        state.Membership.Encode(configuration);
        _taking = new SnapshotHeader
        {
            Network = state.Network.Value,
            Index = entry.Index,
            Term = entry.Term,
            Leaf = entry.Leaf,
            Batch = entry.LastBatch!.Value,
            GovernanceVersion = state.Version,
            Frontier = context.Tail.Tree.FrontierAt(entry.Index),
            Configuration = configuration.ToArray(),
            Governance = state.Encode(),
        };
        context.Effects.Add(new TakeSnapshotEffect(_taking));
    }

    private void Propose()
    {
        LogIndex newest = LogIndex.Zero;
        foreach (SnapshotClaim report in _reports.Values)
            if (report.Index > newest) newest = report.Index;
        bool isProposed = newest == _proposed && context.Now - _proposedAt < Limits.AgreementTicks;
        if (newest <= LastClaimed || isProposed) return;
        SnapshotClaim? agreed = null;
        foreach (SnapshotClaim report in _reports.Values)
            if (report.Index == newest && HasQuorum(report)) agreed = report;
        if (agreed is not { } claim) return;
        (_proposed, _proposedAt) = (claim.Index, context.Now);
        var writer = new ByteWriter();
        claim.Write(writer);
        maker.Make(new EntryDraft { Kind = EntryKind.SnapshotDigest, PublicPart = writer.Span, State = context.State });
    }

    private bool HasQuorum(SnapshotClaim claim) => Quorum.Holds(
        context.Consensus.Status.Configuration, node => _reports.TryGetValue(node, out SnapshotClaim said) && said == claim);

    private void OnClaim(TailEntry entry)
    {
        if (!SnapshotClaim.TryRead(entry.Frame.PublicPart.Span, out SnapshotClaim said) || said.Index <= LastClaimed) return;
        var claim = new Claim(said, entry.Frame);
        _claims.Add(claim);
        if (_claims.Count > Limits.KeptClaims) _claims.RemoveAt(0);
        foreach (NodeId node in _reports.Keys.ToList())
            if (_reports[node].Index <= said.Index) _reports.Remove(node);
        if (_taken is { } taken && taken.Index < said.Index) Forget();
        else Compare(claim);
    }

    private void Compare(Claim claim)
    {
        if (_taken is not { } taken || taken.Index != claim.Said.Index) return;
        if (taken.Digest == claim.Said.Digest) Use(claim, null);
        else context.Broken = $"its state after entry {taken.Index} is not the network's: the snapshot's digest is {taken.Digest} here and {claim.Said.Digest} in the ledger";
    }

    private void OnCertificate(TailEntry entry)
    {
        if (!QuorumCertificate.TryRead(entry.Frame.PublicPart, out QuorumCertificate? certificate)) return;
        foreach (Claim claim in _claims)
        {
            if (claim.Entry.Header.Index > certificate!.Index) continue;
            claim.IsCertified = true;
            Use(claim, certificate);
        }
    }

    /// <summary>Once the claim is certified and its file is here; and again when it can be proven.</summary>
    private void Use(Claim claim, QuorumCertificate? certificate)
    {
        LogIndex index = claim.Said.Index;
        bool isNew = _taken?.Index == index;
        SnapshotFacts? facts = isNew ? _taken : context.Snapshots.Find(index) is { Proof: null } unproven ? unproven.Facts : null;
        if (!claim.IsCertified || facts is null) return;
        SnapshotProof? proof = certificate is null ? null : Prove(claim, facts, certificate);
        if (!isNew && proof is null) return;
        context.Snapshots.Add(new KnownSnapshot(facts, proof));
        context.Effects.Add(new KeepSnapshotEffect(index, proof));
        if (!isNew) return;
        _taken = null;
        DropOld();
        context.Later.Enqueue(new SnapshotTakenInput(index));
        context.Trace($"The snapshot of entry {index} is kept.");
    }

    private SnapshotProof? Prove(Claim claim, SnapshotFacts facts, QuorumCertificate certificate)
    {
        SnapshotProof? proof = SnapshotProof.TryMake(claim.Entry, context.Tail.Tree, certificate);
        return proof is not null && SnapshotCheck.Claimed(facts.Header, proof, context.Start.Signatures) == claim.Said ? proof : null;
    }

    private void DropOld()
    {
        IReadOnlyList<KnownSnapshot> all = context.Snapshots.All;
        foreach (KnownSnapshot old in all.Take(Math.Max(all.Count - Limits.KeptSnapshots, 0)).ToList())
        {
            if (offers.IsUnderWay(old.Index) || context.FeedingFrom == old.Index) continue;
            context.Snapshots.Remove(old.Index);
            context.Effects.Add(new DropSnapshotEffect(old.Index));
        }
    }

    private void Forget()
    {
        if (_taken is { } taken) context.Effects.Add(new DropSnapshotEffect(taken.Index));
        _taken = null;
    }
}
