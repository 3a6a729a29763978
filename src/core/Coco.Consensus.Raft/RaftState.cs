using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>What all parts of the plug share: term, vote, role, log, and the way out for messages.</summary>
internal sealed class RaftState
{
    private readonly ByteWriter _header = new(64);
    private readonly LogPosition _shown;
    private LogIndex? _rolledBackTo;

    public RaftState(ConsensusStart start)
    {
        Self = start.Self;
        Settings = start.Settings;
        Log = new LogTail(start.Base);
        Configurations = new ConfigurationHistory(start.Base.Index, start.Configuration);
        Commit = start.Base.Index;
        for (int i = 0; i < start.Entries.Count; i++) AddToLog(start.Entries[i]);
        Disk = new DiskTracker(Log.Last.Index);
        // A new incarnation may begin with a ledger and without a hard state: it has voted nowhere, but no older term can come back.
        bool isBehindLog = start.HardState.Term < Log.Last.Term;
        Term = isBehindLog ? Log.Last.Term : start.HardState.Term;
        Vote = isBehindLog ? NodeId.None : start.HardState.Vote;
        _shown = start.Shown ?? default;
        RestIfNothing();
    }

    public NodeId Self { get; }
    public ConsensusSettings Settings { get; }
    public LogTail Log { get; }
    public ConfigurationHistory Configurations { get; }
    public DiskTracker Disk { get; }
    public Term Term { get; private set; }
    public NodeId Vote { get; private set; }
    public ConsensusRole Role { get; set; }
    public NodeId? Leader { get; set; }
    public LogIndex Commit { get; private set; }

    /// <summary>Ticks since the start of this incarnation.</summary>
    public ulong Now { get; set; }

    /// <summary>Where the step under way puts its effects.</summary>
    public ConsensusEffects Effects { get; set; } = new();

    public Configuration Configuration => Configurations.Current;

    /// <summary>
    /// A node that is no voter never campaigns. One whose removal is not known to be committed still does (thesis 4.2.2): the
    /// others may need its log, which is newer than theirs.
    /// </summary>
    public bool MayCampaign => Configurations.MayBeVoter(Self) && IsEnough(Log.Last);

    /// <summary>A log that ends here is not older than what others showed at this VN's sealed restart.</summary>
    public bool IsEnough(LogPosition last) => Now >= Limits.ShownTicks || last.IsAsNewAs(_shown);

    /// <summary>The only voter: there is nobody to wait for.</summary>
    public bool IsAlone => Configurations.Current is { IsJoint: false, Voters: [var only] } && only == Self;

    /// <summary>Follows, in this term or a newer one, the leader if it is known.</summary>
    public void Follow(Term term, NodeId? leader)
    {
        Invariant.Holds(term >= Term, "the term never falls");
        if (term > Term) ChangeHardState(term, NodeId.None);
        Role = ConsensusRole.Follower;
        Leader = leader;
        RestIfNothing();
    }

    public void ChangeHardState(Term term, NodeId vote)
    {
        Term = term;
        Vote = vote;
        Disk.HardStateChanged();
    }

    /// <summary>Appends entries that continue the log, in memory and for the disk.</summary>
    public void Append(IReadOnlyList<ConsensusEntry> entries)
    {
        for (int i = 0; i < entries.Count; i++) AddToLog(entries[i]);
        Disk.Append(entries);
        RestIfNothing();
    }

    public void TruncateAfter(LogIndex index)
    {
        Invariant.Holds(index >= Commit, "what is committed is never truncated");
        Log.TruncateAfter(index);
        Configurations.TruncateAfter(index);
        Disk.TruncateAfter(index);
        _rolledBackTo = index;
        RestIfNothing();
    }

    /// <summary>Begins anew after a snapshot that has taken the place of the log.</summary>
    public void Reset(LogPosition snapshot, Configuration configuration)
    {
        Log.Reset(snapshot);
        Configurations.Reset(snapshot.Index, configuration);
        Disk.Reset(snapshot.Index);
        Commit = snapshot.Index;
        // A candidate asked for votes with the log that is gone.
        if (snapshot.Term > Term || Role is ConsensusRole.Candidate or ConsensusRole.PreCandidate)
            Follow(snapshot.Term > Term ? snapshot.Term : Term, null);
        RestIfNothing();
    }

    /// <summary>Raises the commit index; false when it is no higher.</summary>
    public bool CommitTo(LogIndex index)
    {
        if (index <= Commit) return false;
        Invariant.Holds(index <= Log.Last.Index, "only what is in the log can be committed");
        Commit = index;
        Configurations.Committed(index);
        return true;
    }

    public ConsensusMessage Encode(in RaftMessage message, IReadOnlyList<ConsensusEntry> entries) =>
        new(RaftMessageCodec.Encode(message, _header), entries);

    public void Send(NodeId to, in RaftMessage message) => Effects.Add(new SendEffect(to, Encode(message, [])));

    public void Send(NodeId to, in RaftMessage message, IReadOnlyList<ConsensusEntry> entries) =>
        Effects.Add(new SendEffect(to, Encode(message, entries)));

    /// <summary>Gives out what the step has changed in the log, and lets go of what memory need not hold.</summary>
    public void FlushLog()
    {
        if (_rolledBackTo is { } index) Effects.Add(new RolledBackEffect(index));
        _rolledBackTo = null;
        Disk.Flush(new HardState(Term, Vote), Log.Last.Index, Effects);
        Log.Evict(Commit < Disk.Persisted ? Commit : Disk.Persisted, Settings.MaxCachedBytes);
    }

    /// <summary>Lets go of what a snapshot covers.</summary>
    public void Compact(LogIndex upTo)
    {
        LogIndex final = Commit < Disk.Persisted ? Commit : Disk.Persisted;
        Log.Evict(upTo < final ? upTo : final, 0);
    }

    private void AddToLog(ConsensusEntry entry)
    {
        Log.Append(entry);
        if (entry.Configuration is { } configuration && !configuration.Equals(Configuration))
            Configurations.Add(entry.Index, configuration);
    }

    /// <summary>Follower or learner, by the configuration, for whoever does not campaign or lead.</summary>
    private void RestIfNothing()
    {
        if (Role is not (ConsensusRole.Follower or ConsensusRole.Learner)) return;
        bool isLearner = Configuration.Learners.Contains(Self) && !Configuration.IsVoter(Self);
        Role = isLearner ? ConsensusRole.Learner : ConsensusRole.Follower;
    }
}
