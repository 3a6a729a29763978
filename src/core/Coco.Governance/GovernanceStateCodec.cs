using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>The canonical bytes of a governance state. Decoding checks what later code relies on, and that the bytes are canonical.</summary>
internal static class GovernanceStateCodec
{
    private const byte Version = 2;

    public static byte[] Encode(GovernanceState state)
    {
        var writer = new ByteWriter(4096);
        writer.WriteByte(Version);
        writer.WriteHash(state.Network.Value);
        writer.WriteBytes(state.Constitution.ToCanonicalBytes());
        writer.WriteUInt64(state.Version.Value);
        writer.WriteUInt64(state.NextNodeId.Value);
        state.Membership.Encode(writer);
        WriteList(writer, state.Nodes, WriteNode);
        WriteList(writer, state.OpenProposals, WriteOpen);
        WriteList(writer, state.ClosedProposals, WriteClosed);
        WriteList(writer, state.Standings, static (writer, standing) =>
        {
            WriteText(writer, standing.Member);
            writer.WriteUInt64(standing.SinceUnixMs);
            writer.WriteUInt64(standing.LastProposalUnixMs);
        });
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out GovernanceState? state)
    {
        state = null;
        var reader = new SpanReader(bytes);
        if (bytes.Length > Limits.MaxStateSize
            || !reader.TryReadByte(out byte codec) || codec != Version || !reader.TryReadHash(out Hash256 network)
            || !reader.TryReadBytes(Limits.MaxConstitutionSize, out ReadOnlySpan<byte> document)
            || !reader.TryReadUInt64(out ulong version) || !reader.TryReadUInt64(out ulong nextNodeId)
            || !Membership.TryDecode(ref reader, out Membership membership)
            || !TryReadList(ref reader, 3 * Limits.MaxNodes, ReadNode, out ImmutableArray<NodeRecord> nodes)
            || !TryReadList(ref reader, Limits.MaxOpenProposals, ReadOpen, out ImmutableArray<OpenProposal> open)
            || !TryReadList(ref reader, Limits.MaxClosedProposals, ReadClosed, out ImmutableArray<ClosedProposal> closed)
            || !TryReadList(ref reader, Limits.MaxMembers, ReadStanding, out ImmutableArray<MemberStanding> standings)
            || !reader.IsAtEnd
            || Constitution.Parse(document.ToArray(), out _) is not { } constitution
            || !constitution.Members.Select(member => member.Name).SequenceEqual(standings.Select(standing => standing.Member)))
        {
            return false;
        }
        var read = new GovernanceState(
            new NetworkId(network), constitution, new GovernanceVersion(version), nodes, new NodeId(nextNodeId), membership, open,
            closed, standings);
        if (Encode(read).AsSpan().SequenceEqual(bytes)) state = read;
        return state is not null;
    }

    private delegate T? Read<T>(ref SpanReader reader) where T : class;

    private static void WriteList<T>(ByteWriter writer, ImmutableArray<T> items, Action<ByteWriter, T> write)
    {
        writer.WriteUInt16((ushort)items.Length);
        foreach (T item in items) write(writer, item);
    }

    private static bool TryReadList<T>(ref SpanReader reader, int limit, Read<T> read, out ImmutableArray<T> items) where T : class
    {
        items = [];
        if (!reader.TryReadUInt16(out ushort count) || count > limit) return false;
        var found = ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count; i++)
        {
            if (read(ref reader) is not { } item) return false;
            found.Add(item);
        }
        items = found.MoveToImmutable();
        return true;
    }

    private static void WriteNode(ByteWriter writer, NodeRecord node)
    {
        WriteText(writer, node.Name);
        writer.WriteUInt64(node.Id.Value);
        writer.WriteFixed(node.PublicKey.Span);
        writer.WriteHash(node.EvidenceDigest);
        writer.WriteUInt64(node.Incarnation);
        writer.WriteByte(node.IsCurrent ? (byte)1 : (byte)0);
        writer.WriteUInt64(node.AttestedAtUnixMs);
        writer.WriteByte((byte)node.Quarantine);
    }

    private static NodeRecord? ReadNode(ref SpanReader reader)
    {
        bool isRead = TryReadText(ref reader, Limits.MaxNameLength, out string name) & reader.TryReadUInt64(out ulong id)
            & reader.TryReadFixed(P256.PointSize, out ReadOnlySpan<byte> publicKey) & reader.TryReadHash(out Hash256 evidence)
            & reader.TryReadUInt64(out ulong incarnation) & reader.TryReadByte(out byte isCurrent)
            & reader.TryReadUInt64(out ulong attestedAt) & reader.TryReadByte(out byte quarantine);
        if (!isRead || !Enum.IsDefined((Quarantine)quarantine)) return null;
        return new NodeRecord(name, new NodeId(id), publicKey.ToArray(), evidence, incarnation, isCurrent == 1)
        {
            AttestedAtUnixMs = attestedAt,
            Quarantine = (Quarantine)quarantine,
        };
    }

    private static void WriteOpen(ByteWriter writer, OpenProposal proposal)
    {
        writer.WriteBytes(proposal.Request.ToCanonicalBytes());
        WriteList(writer, proposal.Ballots, static (writer, ballot) =>
        {
            WriteText(writer, ballot.Member);
            writer.WriteByte(ballot.IsAccepting ? (byte)1 : (byte)0);
            writer.WriteUInt64(ballot.CreatedAtUnixMs);
        });
    }

    private static OpenProposal? ReadOpen(ref SpanReader reader)
    {
        if (!reader.TryReadBytes(Limits.MaxRequestSize, out ReadOnlySpan<byte> bytes)
            || !TryReadList(ref reader, Limits.MaxMembers, ReadBallot, out ImmutableArray<CastBallot> ballots))
        {
            return null;
        }
        GovernanceRequest? request = GovernanceRequest.Parse(bytes.ToArray(), out _);
        return request?.Body is RequestBody.Proposal ? new OpenProposal(request.ComputeId(), request, ballots) : null;
    }

    private static CastBallot? ReadBallot(ref SpanReader reader)
    {
        bool isRead = TryReadText(ref reader, Limits.MaxNameLength, out string member) & reader.TryReadByte(out byte isAccepting)
            & reader.TryReadUInt64(out ulong createdAt);
        return isRead ? new CastBallot(member, isAccepting == 1, createdAt) : null;
    }

    private static void WriteClosed(ByteWriter writer, ClosedProposal proposal)
    {
        writer.WriteHash(proposal.Id.Value);
        WriteText(writer, proposal.Proposer);
        writer.WriteByte((byte)proposal.State);
        WriteText(writer, proposal.Reason);
    }

    private static ClosedProposal? ReadClosed(ref SpanReader reader)
    {
        bool isRead = reader.TryReadHash(out Hash256 id) & TryReadText(ref reader, Limits.MaxNameLength, out string proposer)
            & reader.TryReadByte(out byte state) & TryReadText(ref reader, 4 * Limits.MaxReasonLength, out string reason);
        return isRead && Enum.IsDefined((ProposalState)state)
            ? new ClosedProposal(new ProposalId(id), proposer, (ProposalState)state, reason)
            : null;
    }

    private static MemberStanding? ReadStanding(ref SpanReader reader)
    {
        bool isRead = TryReadText(ref reader, Limits.MaxNameLength, out string member)
            & reader.TryReadUInt64(out ulong since) & reader.TryReadUInt64(out ulong last);
        return isRead ? new MemberStanding(member, since, last) : null;
    }

    private static void WriteText(ByteWriter writer, string text) => writer.WriteBytes(Encoding.UTF8.GetBytes(text));

    private static bool TryReadText(ref SpanReader reader, int limit, out string text)
    {
        text = "";
        if (!reader.TryReadBytes(limit, out ReadOnlySpan<byte> bytes)) return false;
        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
