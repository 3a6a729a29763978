using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>How scenarios write down nodes, entries and messages.</summary>
internal static class ScenarioText
{
    public static string Of(NodeId node) => node.Value.ToString();

    public static string Of(LogPosition position) => $"{position.Index}/{position.Term}";

    /// <summary>index/term and the text, and for a configuration entry the configuration.</summary>
    public static string Of(ConsensusEntry entry) =>
        $"{Of(entry.Position)} {SimulatedNode.TextOf(entry)}" + (entry.Configuration is { } configuration ? " " + Of(configuration) : "");

    public static string Of(IEnumerable<ConsensusEntry> entries) => string.Join(", ", entries.Select(Of));

    public static string Of(Configuration configuration) =>
        $"({List(configuration.Voters)})"
        + (configuration.IsJoint ? $"&({List(configuration.OutgoingVoters)})" : "")
        + (configuration.Learners.IsEmpty ? "" : $" learners ({List(configuration.Learners)})");

    public static string Of(ConsensusRole role) => role switch
    {
        ConsensusRole.PreCandidate => "pre-candidate",
        _ => role.ToString().ToLowerInvariant(),
    };

    public static string Of(ConsensusStatus status) =>
        $"{Of(status.Self)}: {Of(status.Role)} term {status.Term} leader {(status.Leader is { } leader ? Of(leader) : "none")}"
        + $" last {Of(status.Last)} commit {status.Commit} on disk {status.Persisted} quorum {(status.HasQuorum ? "yes" : "no")}"
        + $" {Of(status.Configuration)}"
        + (status.Progress.Count == 0 ? "" : " match " + string.Join(" ", status.Progress.Select(one => $"{Of(one.Node)}:{one.Match}")));

    public static string Of(ConsensusMessage message)
    {
        if (!RaftMessageCodec.TryDecode(message.Header.Span, out RaftMessage header)) return "noise";
        string at = $"{header.Index}/{header.LogTerm}";
        string what = header.Kind switch
        {
            MessageKind.PreVoteRequest => $"pre-vote? last {at}",
            MessageKind.PreVoteReply => header.Flag ? "pre-vote granted" : "pre-vote refused",
            MessageKind.VoteRequest => $"vote? last {at}" + (header.Flag ? " (transfer)" : ""),
            MessageKind.VoteReply => header.Flag ? "vote granted" : "vote refused",
            MessageKind.Append => $"append after {at} commit {header.Commit} [{Of(message.Entries)}]",
            MessageKind.AppendAck => $"holds {header.Index}",
            MessageKind.AppendReject => $"lacks {header.Index}, try {header.Hint}/{header.LogTerm}",
            MessageKind.Heartbeat => $"{(header.Flag ? "heartbeat" : "notice")} commit {header.Commit} round {header.Round}",
            MessageKind.HeartbeatAck => $"heard round {header.Round}",
            MessageKind.TimeoutNow => "campaign now",
            _ => "unknown",
        };
        return $"term {header.Term} {what}";
    }

    /// <summary>What a plug said to its owner; null for what a scenario shows otherwise.</summary>
    public static string? Of(ConsensusEffect effect) => effect switch
    {
        RoleChangedEffect role => $"{Of(role.Role)} term {role.Term} leader {(role.Leader is { } leader ? Of(leader) : "none")}",
        CommittedEffect committed => $"committed up to {committed.Index}",
        RolledBackEffect rolledBack => $"rolled back to {rolledBack.Index}",
        RefusedEffect refused => $"refused from {refused.First}: {refused.Reason}",
        ReadIndexEffect { Index: { } index } read => $"read {read.Request} waits for {index}",
        ReadIndexEffect read => $"read {read.Request} can't be answered here",
        ConfigurationWantedEffect wanted => $"wants the configuration {Of(wanted.Configuration)}",
        ReadEntriesEffect read => $"reads from disk for {Of(read.For)} from {read.First}",
        SendSnapshotEffect snapshot => $"wants a snapshot sent to {Of(snapshot.To)}",
        _ => null,
    };

    private static string List(IEnumerable<NodeId> nodes) => string.Join(" ", nodes.Select(Of));
}
