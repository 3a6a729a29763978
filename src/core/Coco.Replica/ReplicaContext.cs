using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What the parts of one sequencer share. Owned by <see cref="Replica"/>; nothing outside the room sees it.</summary>
internal sealed class ReplicaContext
{
    private readonly Dictionary<NodeId, (Contact Contact, LogPosition AsOf)> _told = [];
    private readonly Dictionary<NodeId, string> _heard = [];
    private (NodeId Leader, LogIndex AsOf) _trusted;

    public required ReplicaStart Start { get; init; }
    public required LogTail Tail { get; set; }
    public required EntryCipher? Cipher { get; set; }
    public ReplicaEffects Effects { get; set; } = new();

    /// <summary>Snapshots on this VN's disk that may be used.</summary>
    public KnownSnapshots Snapshots { get; } = new();

    /// <summary>The snapshot whose state a worker is given just now.</summary>
    public LogIndex? FeedingFrom { get; set; }

    /// <summary>This VN's ledger files; null on the empty disk of a VN that joins.</summary>
    public LedgerChunks? Chunks { get; set; }

    /// <summary>Inputs for the plug that came up while its effects are carried out.</summary>
    public Queue<ConsensusInput> Later { get; } = new();

    /// <summary>What this VN must stop for; null: nothing.</summary>
    public string? Broken { get; set; }

    /// <summary>This incarnation; none before it is admitted.</summary>
    public NodeId Self { get; set; }

    public IConsensus? ConsensusOrNull { get; set; }
    public IConsensus Consensus => ConsensusOrNull ?? throw new InvariantException("this VN takes part");
    public bool IsActive => ConsensusOrNull is not null;

    /// <summary>A quorum has ended this VN's lease.</summary>
    public bool IsQuarantined { get; set; }

    /// <summary>By its own clock it has run out.</summary>
    public bool IsLapsed { get; set; }

    /// <summary>It serves nobody.</summary>
    public bool IsSuspended => IsQuarantined || IsLapsed;

    /// <summary>Ticks since the start.</summary>
    public ulong Now { get; set; }

    public ulong UnixMs { get; set; }

    /// <summary>How often entries were dropped that were encrypted and had not entered the log.</summary>
    public ulong Dropped { get; set; }

    /// <summary>
    /// Another one after each drop: the entries that take those places have the same term and index, and would otherwise have the same
    /// key and nonce for another plaintext.
    /// </summary>
    public EntrySalt Salt => Start.Salt with { Second = unchecked(Start.Salt.Second + Dropped) };
    public GovernanceState State => Tail.State ?? throw new InvariantException("the log has begun");
    public bool IsLeader => ConsensusOrNull?.Status.Role == ConsensusRole.Leader;

    /// <summary>VNs with which this one has a link.</summary>
    public SortedSet<string> Linked { get; } = new(StringComparer.Ordinal);

    /// <summary>The other VNs of the list, those that left it and are not retired yet, those of whom others told, and those with a link.</summary>
    public IReadOnlyCollection<string> PeerNames() =>
    [
        .. (Tail.State is { } state ? state.Constitution.Nodes.Select(node => node.Name).Union(state.Nodes.Select(node => node.Name)) : [])
            .Union(Learned.Select(contact => contact.Name)).Union(Linked).Where(name => name != Start.Name),
    ];

    /// <summary>Incarnations of whom others told.</summary>
    public IEnumerable<Contact> Learned => _told.Values.Select(told => told.Contact);

    /// <summary>All incarnations that this VN's log knows.</summary>
    public IReadOnlyList<Contact> Contacts() => Tail.State is { } state
        ? [.. state.Nodes.Select(incarnation => new Contact(
            incarnation.Id, incarnation.Name, state.Constitution.FindNode(incarnation.Name)?.Address ?? "", incarnation.PublicKey))]
        : [];

    /// <summary>A newer log than this VN's knows incarnations that are strangers here, and whose vote or log is needed all the same.</summary>
    public void LearnFrom(ProbeAnswer answer)
    {
        if (answer.End.IsAsNewAs(Tail.LastPosition)) Learn(answer.Contacts, answer.End);
    }

    /// <param name="asOf">Where the log ends that tells of them.</param>
    public void Learn(IReadOnlyList<Contact> contacts, LogPosition asOf)
    {
        foreach (Contact contact in contacts)
            if (!_told.TryGetValue(contact.Id, out (Contact, LogPosition AsOf) told) || asOf.IsAsNewAs(told.AsOf)) _told[contact.Id] = (contact, asOf);
    }

    /// <summary>
    /// A quorum has ended the lease of that one: nothing is taken from it nor given to it, but what renews the lease. Where this VN does not
    /// know the renewal to be committed, a later change may say so, for which that one's vote may be needed.
    /// </summary>
    public bool IsOutcast(NodeId node) => !IsTrusted(node)
        && Tail.CommittedState?.Find(node)?.IsQuarantined == true && Tail.SettledState?.Find(node)?.IsQuarantined == true;

    /// <summary>
    /// That one, over an attested link, has admitted this VN or given it its keys back, so it leads. This VN's own log may end where that
    /// one's lease, or that of its last incarnation, had ended, and only that one can send what follows.
    /// </summary>
    /// <param name="asOf">Up to which entry it knows that it takes part; from there on this VN's log decides.</param>
    public void Trust(NodeId leader, LogIndex asOf) => _trusted = (leader, asOf);

    private bool IsTrusted(NodeId node) => node == _trusted.Leader && Tail.Processed < _trusted.AsOf;

    public void Send(NodeId to, PeerMessage message)
    {
        if (NameOf(to) is not { } name || name == Start.Name) return;
        // By name, since a message for an incarnation that is gone reaches the one that took its place. One that came later and was heard is
        // another: this VN has not processed its admission yet.
        bool isOutcast = !IsTrusted(to) && Tail.CommittedState?.CurrentOf(name) is { IsQuarantined: true } current
            && Tail.SettledState?.CurrentOf(name) is { IsQuarantined: true }
            && !(to > current.Id && _heard.ContainsKey(to));
        // Evidence is given to all who ask: one that this VN takes for quarantined may lead by now.
        if (!isOutcast || message is EvidenceAsk or EvidenceGive) Effects.Add(new SendEffect(name, message));
    }

    /// <summary>A message of the plug, its entries as ledger frames.</summary>
    public void Send(NodeId to, ConsensusMessage message)
    {
        var frames = new ReadOnlyMemory<byte>[message.Entries.Count];
        for (int i = 0; i < frames.Length; i++) frames[i] = message.Entries[i].Frame;
        Send(to, new ConsensusPeerMessage(to, message.Header, frames));
    }

    /// <summary>That incarnation has proved by its key to be this one.</summary>
    public void Hear(NodeId from, string name) => _heard[from] = name;

    /// <summary>
    /// Entries that are not committed may give an incarnation's number to another VN than those that take their place: so who speaks as that
    /// incarnation is believed before them, and so is a newer log.
    /// </summary>
    public string? NameOf(NodeId node)
    {
        if ((Tail.CommittedState?.Find(node)?.Name ?? _heard.GetValueOrDefault(node)) is { } name) return name;
        bool isTold = _told.TryGetValue(node, out (Contact Contact, LogPosition AsOf) told);
        if (isTold && IsNewer(told.AsOf)) return told.Contact.Name;
        return Tail.State?.Find(node)?.Name ?? (isTold ? told.Contact.Name : null);
    }

    /// <summary>The incarnation that holds this key and may speak for this VN; none for strangers.</summary>
    public NodeId Identify(string name, ReadOnlySpan<byte> publicKey)
    {
        if (Tail.CommittedState?.Find(name, publicKey) is { } committed) return committed.Id;
        (NodeId id, LogPosition asOf) = FindTold(name, publicKey);
        if (id != NodeId.None && IsNewer(asOf)) return id;
        return Tail.State?.Find(name, publicKey)?.Id ?? id;
    }

    /// <summary>As the newest log has it that tells of it.</summary>
    private (NodeId Id, LogPosition AsOf) FindTold(string name, ReadOnlySpan<byte> publicKey)
    {
        (NodeId Id, LogPosition AsOf) found = default;
        foreach ((NodeId id, (Contact contact, LogPosition asOf)) in _told)
        {
            bool isIt = contact.Name == name && contact.PublicKey.Span.SequenceEqual(publicKey) && asOf.IsAsNewAs(found.AsOf);
            if (isIt && !IsOthers(id)) found = (id, asOf);
        }
        return found;
    }

    private bool IsNewer(LogPosition asOf) => !Tail.LastPosition.IsAsNewAs(asOf);

    /// <summary>Others told of it by entries that were not committed, and its number was given to another one since.</summary>
    private bool IsOthers(NodeId told) => Tail.CommittedState?.Find(told) is not null;

    public void Trace(string text) => Effects.Add(new TraceEffect(text));
}
