using Coco.Crypto;
using Coco.Ledgers;
using Coco.Log;
using Coco.Primitives;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;
using Coco.Store;

namespace Coco.Simulation.Checks;

/// <summary>
/// What the network as a whole has committed, and the rules that bind all VNs: one leader in a term, the same entry at the same
/// place, equal logs up to an equal entry, the same state after the same batch, no nonce used for two plaintexts.
/// </summary>
internal sealed class CommittedLedger(SimulationWorld world)
{
    private readonly Dictionary<Term, NodeId> _leaders = [];
    private readonly Dictionary<(NodeId Voter, Term Term), NodeId> _votes = [];
    private readonly Dictionary<(Hash256 Record, GovernanceVersion Version), Hash256> _proposed = [];
    private readonly List<Hash256> _leaves = [];
    private readonly Dictionary<(ulong Index, ulong Term), Hash256> _byTerm = [];
    private readonly Dictionary<ulong, Hash256> _states = [];
    private readonly Dictionary<(Hash256 Key, ulong Nonce), Hash256> _nonces = [];
    private readonly List<ReadOnlyMemory<byte>> _frames = [];
    private readonly Dictionary<ulong, LogIndex> _places = [];

    /// <summary>The entry of a batch; null: nobody has committed it yet.</summary>
    public LogIndex? PlaceOf(BatchNumber batch) => _places.TryGetValue(batch.Value, out LogIndex index) ? index : null;

    public LogIndex Last => new((ulong)_leaves.Count);

    /// <summary>The last index that any leader has committed so far.</summary>
    public LogIndex CommittedAnywhere { get; private set; }

    /// <summary>The last batch that any VN knows to be committed so far.</summary>
    public BatchNumber? LastBatch { get; private set; }

    public void OnCommittedByLeader(LogIndex index)
    {
        if (index > CommittedAnywhere) CommittedAnywhere = index;
    }

    public void OnBatch(BatchNumber? committed)
    {
        if (committed > LastBatch || LastBatch is null) LastBatch = committed;
    }

    /// <summary>The vote leaves the VN.</summary>
    public void OnVote(Host host, NodeId voter, Term term, NodeId candidate)
    {
        if (_votes.TryAdd((voter, term), candidate) || _votes[(voter, term)] == candidate) return;
        world.Violate("one vote in a term", $"{host.Name} votes as {voter} for {candidate} in term {term}, and voted for {_votes[(voter, term)]}");
    }

    /// <summary>A worker offers a batch that it has executed under this constitution.</summary>
    public void OnProposed(GovernanceVersion version, ReadOnlySpan<byte> record, in Hash256 claims)
    {
        if (!_proposed.TryAdd((Sha256.Hash(record), version), claims) && _proposed[(Sha256.Hash(record), version)] != claims)
            world.Violate("claims", "one record, executed twice, claims different things of its transactions");
    }

    public void OnLeader(Host host, NodeId leader, Term term)
    {
        world.Counters.LeaderChanges++;
        if (_leaders.TryAdd(term, leader) || _leaders[term] == leader || world.Profile.RollsAllBack) return;
        world.Violate("election safety", $"{host.Name} leads term {term} as {leader}, in which {_leaders[term]} led");
    }

    /// <summary>The VN has this entry on its disk and knows that it is committed.</summary>
    public void OnCommitted(Host host, LogIndex index, ReadOnlyMemory<byte> bytes)
    {
        if (world.Profile.RollsAllBack) return;
        int place = (int)index.Value - 1;
        if (place < _frames.Count && _frames[place].Span.SequenceEqual(bytes.Span)) return;
        bool isRead = EntryFrame.TryParse(bytes, out EntryFrame frame);
        Invariant.Holds(isRead, "a reader gives whole frames");
        Hash256 leaf = frame.LeafDigest();
        if (!_byTerm.TryAdd((index.Value, frame.Header.Term.Value), leaf) && _byTerm[(index.Value, frame.Header.Term.Value)] != leaf)
            world.Violate("log matching", $"{host.Name} holds another entry {index} of term {frame.Header.Term} than others");
        if (place < _leaves.Count)
        {
            if (_leaves[place] != leaf) world.Violate("state machine safety", $"{host.Name} has another committed entry {index} than others");
            return;
        }
        if (place > _leaves.Count) return; // a VN that went on from a certificate; its first entries were seen on others
        _leaves.Add(leaf);
        _frames.Add(bytes);
        if (frame.Header.Kind == EntryKind.Batch && BatchPublicPart.TryRead(frame.PublicPart.Span, out BatchPublicPart part)) _places[part.Number.Value] = index;
        if (frame.Header.Kind == EntryKind.Configuration) world.Counters.Reconfigurations++;
        world.Trace.Add(world.Now, 0, frame.Header.Kind.ToString(), index.Value);
    }

    /// <summary>This is the committed entry at this place.</summary>
    public bool Holds(LogIndex index, ReadOnlyMemory<byte> bytes) =>
        index.Value <= (ulong)_frames.Count && _frames[(int)index.Value - 1].Span.SequenceEqual(bytes.Span);

    public void OnState(Host host, BatchNumber batch, VersionedStore store)
    {
        if (world.Profile.RollsAllBack) return;
        using StoreView view = store.OpenCommitted();
        Hash256 digest = store.ComputeDigest(view);
        if (_states.TryAdd(batch.Value, digest) || _states[batch.Value] == digest) return;
        world.Violate("equal states", $"{host.Name} has another state after batch {batch} than others");
    }

    public void OnNonce(Hash256 key, ulong nonce, Hash256 plaintext)
    {
        if (_nonces.TryAdd((key, nonce), plaintext) || _nonces[(key, nonce)] == plaintext) return;
        world.Violate("nonces", $"the nonce {nonce} was used for two plaintexts under one key");
    }

    /// <summary>The committed batches, in order.</summary>
    public List<BatchRecord> Batches(EntryCipher cipher)
    {
        var batches = new List<BatchRecord>();
        foreach (ReadOnlyMemory<byte> bytes in _frames)
        {
            Invariant.Holds(EntryFrame.TryParse(bytes, out EntryFrame frame), "what was committed can be parsed");
            if (frame.Header.Kind != EntryKind.Batch) continue;
            byte[] plain = new byte[frame.PlaintextLength];
            Invariant.Holds(cipher.TryOpen(in frame, plain), "the session key opens every entry");
            if (!_proposed.TryGetValue((Sha256.Hash(plain), frame.Header.GovernanceVersion), out Hash256 claims))
                world.Violate("governance version", $"entry {frame.Header.Index} was not executed under version {frame.Header.GovernanceVersion} of the constitution");
            else if (!BatchPublicPart.TryRead(frame.PublicPart.Span, out BatchPublicPart part) || part.Claims != claims)
                world.Violate("claims", $"entry {frame.Header.Index} claims other things of its transactions than the worker that executed them");
            Invariant.Holds(BatchRecord.TryDecode(plain, out BatchRecord? record), "a committed batch can be decoded");
            batches.Add(record!);
        }
        return batches;
    }
}
