using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Checks;

/// <summary>
/// Looks at the disks themselves: a vote or an acknowledgement that leaves a VN is on its synced disk (law 2 of the socket), a
/// VN votes once in a term, and what a leader commits is on the synced disks of a quorum (CON-3).
/// </summary>
internal sealed class Promises(Cluster cluster, Host host)
{
    public void OnSend(NodeId self, Consensus.SendEffect send, Func<LogIndex, Term?> termAt)
    {
        if (cluster.World.Profile.RollsAllBack) return;
        if (!RaftMessageCodec.TryDecode(send.Message.Header.Span, out RaftMessage message)) return;
        switch (message.Kind)
        {
            case MessageKind.VoteReply when message.Flag: CheckVote(self, message.Term, send.To); break;
            case MessageKind.VoteRequest: CheckVote(self, message.Term, self); break;
            case MessageKind.AppendAck when termAt(message.Index) is { } term && !Holds(host, message.Index, term):
                cluster.World.Violate("promises", $"{host.Name} acknowledges entry {message.Index} of term {term}, which is not on its disk");
                break;
        }
    }

    public void OnCommit(Configuration configuration, LogIndex index, Term term)
    {
        // A disk that went back has lost what its VN had acknowledged: only the honest ones can be looked at.
        if (cluster.World.Profile.RollsAllBack || cluster.Hosts.Any(one => one.IsRolledBack)) return;
        if (Quorum.Holds(configuration, node => cluster.HostOf(node) is { } voter && Holds(voter, index, term))) return;
        cluster.World.Violate("durable on a quorum", $"{host.Name} commits entry {index} of term {term}, which is not on the disks of a quorum of {configuration}");
    }

    private void CheckVote(NodeId self, Term term, NodeId candidate)
    {
        cluster.Ledger.OnVote(host, self, term, candidate);
        if (host.Disk.DurableState is { } state && state.Self == self && state.Term == term && state.Vote == candidate) return;
        cluster.World.Violate("promises", $"{host.Name} votes for {candidate} in term {term}, and its disk does not hold that");
    }

    /// <summary>This entry is on the synced disk.</summary>
    public static bool Holds(Host host, LogIndex index, Term term) =>
        host.Chunks is { } chunks && index >= chunks.First && index <= chunks.Last
        && new LedgerReader(host.Disk.Durable, chunks).TryReadFrame(index, out ReadOnlyMemory<byte> bytes) is null
        && EntryFrame.TryParse(bytes, out EntryFrame frame) && frame.Header.Term == term;
}
