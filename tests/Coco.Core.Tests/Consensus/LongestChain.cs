using System.Security.Cryptography;
using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>
/// A toy that keeps the consensus socket honest: everyone proposes, the longest chain wins (of equally long ones, the smaller
/// last hash), and what was committed may be undone. Its term is the proposer's id: there are no elections.
/// </summary>
internal sealed class LongestChain : IConsensus
{
    private const byte ChainKind = 1;
    private const byte AskKind = 2;
    private const int SuffixLength = 8;

    private readonly ConsensusStart _start;
    private readonly List<ConsensusEntry> _chain = [];
    private readonly List<Hash256> _hashes = [Hash256.Zero];
    private readonly List<(ulong Ticket, int Length)> _underWay = [];
    private ConsensusEffects _effects = new();
    private ulong _lastTicket;
    private int _persisted;
    private int _ticks;

    public LongestChain(ConsensusStart start)
    {
        Invariant.Holds(start.Base == default, "the toy knows no snapshots");
        _start = start;
        foreach (ConsensusEntry entry in start.Entries) Add(entry);
        _persisted = _chain.Count;
    }

    public ConsensusStatus Status => new()
    {
        Self = _start.Self,
        Role = ConsensusRole.Leader,
        Term = new Term(_start.Self.Value),
        Leader = _start.Self,
        Last = _chain.Count == 0 ? default : _chain[^1].Position,
        Commit = new LogIndex((ulong)_persisted),
        Persisted = new LogIndex((ulong)_persisted),
        Configuration = _start.Configuration,
        HasQuorum = true,
        IsFinal = false,
    };

    public void Step(ConsensusInput input, ConsensusEffects effects)
    {
        _effects = effects;
        switch (input)
        {
            case TickInput: Tick(); break;
            case ProposeInput propose: Propose(propose.Entries); break;
            case PersistedInput persisted: Persisted(persisted.Ticket); break;
            case ReceivedInput received: Receive(received.From, received.Message); break;
            case ReadIndexInput read: effects.Add(new ReadIndexEffect(read.Request, null)); break;
            default: break;
        }
    }

    private void Tick()
    {
        if (++_ticks % _start.Settings.HeartbeatTicks != 0) return;
        foreach (NodeId node in _start.Configuration.Voters)
            if (node != _start.Self) SendFrom(node, Math.Max(0, _persisted - SuffixLength));
    }

    private void Propose(IReadOnlyList<ConsensusEntry> entries)
    {
        foreach (ConsensusEntry entry in entries)
        {
            bool isInPlace = entry.Index.Value == (ulong)_chain.Count + 1;
            if (!isInPlace || entry.Term.Value != _start.Self.Value)
            {
                _effects.Add(new RefusedEffect(entry.Index, isInPlace ? ProposalRefusal.OtherTerm : ProposalRefusal.OutOfPlace));
                return;
            }
            Write(null, [entry]);
        }
    }

    private void Persisted(ulong ticket)
    {
        int before = _persisted;
        foreach ((ulong Ticket, int Length) write in _underWay.Where(write => write.Ticket <= ticket)) _persisted = Math.Max(_persisted, write.Length);
        _underWay.RemoveAll(write => write.Ticket <= ticket);
        if (_persisted > before) _effects.Add(new CommittedEffect(new LogIndex((ulong)_persisted)));
    }

    private void Receive(NodeId from, ConsensusMessage message)
    {
        SpanReader reader = new(message.Header.Span);
        if (!reader.TryReadByte(out byte kind) || !reader.TryReadUInt32(out uint after) || !reader.TryReadHash(out Hash256 hash) || !reader.IsAtEnd) return;
        if (kind == AskKind && message.Entries.Count == 0) SendFrom(from, (int)Math.Min(after, (uint)_persisted));
        else if (kind == ChainKind) Consider(from, (int)Math.Min(after, int.MaxValue / 2), hash, message.Entries);
    }

    private void Consider(NodeId from, int after, Hash256 hash, IReadOnlyList<ConsensusEntry> entries)
    {
        if (after + entries.Count < _chain.Count) return;
        if (after > _chain.Count || _hashes[after] != hash)
        {
            Send(from, AskKind, Math.Max(0, after - (2 * SuffixLength) - entries.Count), Hash256.Zero, []);
            return;
        }
        List<Hash256> hashes = [hash];
        foreach (ConsensusEntry entry in entries)
        {
            if (entry.Index.Value != (ulong)(after + hashes.Count)) return;
            hashes.Add(HashOf(hashes[^1], entry));
        }
        bool isLonger = after + entries.Count > _chain.Count;
        if (isLonger || hashes[^1] < _hashes[^1]) Adopt(after, entries, hashes);
    }

    private void Adopt(int after, IReadOnlyList<ConsensusEntry> entries, List<Hash256> hashes)
    {
        int same = 0;
        while (same < entries.Count && after + same < _chain.Count && _hashes[after + same + 1] == hashes[same + 1]) same++;
        int keep = after + same;
        LogIndex? undoneTo = keep < _chain.Count ? new LogIndex((ulong)keep) : null;
        if (undoneTo is { } index) Undo(index);
        Write(undoneTo, [.. entries.Skip(same)]);
    }

    private void Undo(LogIndex index)
    {
        int keep = (int)index.Value;
        _chain.RemoveRange(keep, _chain.Count - keep);
        _hashes.RemoveRange(keep + 1, _hashes.Count - keep - 1);
        _persisted = Math.Min(_persisted, keep);
        for (int i = 0; i < _underWay.Count; i++) _underWay[i] = (_underWay[i].Ticket, Math.Min(_underWay[i].Length, keep));
        _effects.Add(new RolledBackEffect(index));
    }

    private void Write(LogIndex? truncateAfter, IReadOnlyList<ConsensusEntry> entries)
    {
        foreach (ConsensusEntry entry in entries) Add(entry);
        _underWay.Add((++_lastTicket, _chain.Count));
        _effects.Add(new PersistEffect(_lastTicket, null, truncateAfter, entries));
    }

    private void Add(ConsensusEntry entry)
    {
        _hashes.Add(HashOf(_hashes[^1], entry));
        _chain.Add(entry);
    }

    private void SendFrom(NodeId to, int after) => Send(to, ChainKind, after, _hashes[after], [.. _chain.Take(_persisted).Skip(after)]);

    private void Send(NodeId to, byte kind, int after, Hash256 hash, ConsensusEntry[] entries)
    {
        ByteWriter writer = new();
        writer.WriteByte(kind);
        writer.WriteUInt32((uint)after);
        writer.WriteHash(hash);
        _effects.Add(new SendEffect(to, new ConsensusMessage(writer.ToArray(), entries)));
    }

    private static Hash256 HashOf(Hash256 before, ConsensusEntry entry)
    {
        ByteWriter writer = new();
        writer.WriteHash(before);
        writer.WriteUInt64(entry.Term.Value);
        writer.WriteFixed(entry.Frame.Span);
        return new Hash256(SHA256.HashData(writer.Span));
    }
}
