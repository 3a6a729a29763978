using Coco.Primitives;

namespace Coco.Boundary;

public static class ManagerMessageCodec
{
    private enum Kind : byte
    {
        Welcome = 1,
        PolicyChanged,
        SnapshotPiece,
        Role,
        ApplyBatch,
        BatchCommitted,
        ProposalRefused,
        Forwarded,
        ForwardAnswered,
        HistoryAnswer,
        ReadIndexAnswer,
        SnapshotWanted,
        Beat,
        Segment,
        SnapshotMore,
        SettingsPiece,
        EvidenceWanted,
    }

    public static void Encode(ManagerMessage message, ByteWriter writer)
    {
        switch (message)
        {
            case Welcome m:
                writer.WriteByte((byte)Kind.Welcome);
                writer.WriteText(m.Node);
                writer.WriteText(m.Ledger);
                writer.WriteUInt32((uint)m.SettingsLength);
                WritePolicy(writer, m.Policy);
                writer.WriteUInt64(m.GovernanceVersion.Value);
                writer.WriteBytes(m.Certificate.Span);
                writer.WriteBool(m.RestoresSnapshot);
                break;
            case SettingsPiece m:
                writer.WriteByte((byte)Kind.SettingsPiece);
                writer.WriteBytes(m.Bytes.Span);
                break;
            case PolicyChanged m:
                writer.WriteByte((byte)Kind.PolicyChanged);
                writer.WriteUInt64(m.GovernanceVersion.Value);
                WritePolicy(writer, m.Policy);
                break;
            case SnapshotPiece m:
                writer.WriteByte((byte)Kind.SnapshotPiece);
                writer.WriteBytes(m.Bytes.Span);
                writer.WriteBool(m.IsLast);
                break;
            case RoleMessage m:
                writer.WriteByte((byte)Kind.Role);
                writer.WriteUInt64(m.Term.Value);
                writer.WriteBool(m.IsLeader);
                writer.WriteBool(m.HasLeader);
                writer.WriteUInt64(m.GovernanceVersion.Value);
                break;
            case ApplyBatch m:
                writer.WriteByte((byte)Kind.ApplyBatch);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteBytes(m.Record.Span);
                break;
            case BatchCommitted m:
                writer.WriteByte((byte)Kind.BatchCommitted);
                writer.WriteUInt64(m.Batch.Value);
                writer.WriteUInt64(m.Index.Value);
                break;
            case ProposalRefused m:
                writer.WriteByte((byte)Kind.ProposalRefused);
                writer.WriteUInt64(m.Attempt);
                writer.WriteUInt64(m.From.Value);
                writer.WriteUInt64(m.GovernanceVersion.Value);
                break;
            case Forwarded m:
                writer.WriteByte((byte)Kind.Forwarded);
                writer.WriteUInt64(m.From.Value);
                writer.WriteBytes(m.Message.Span);
                break;
            case ForwardAnswered m:
                writer.WriteByte((byte)Kind.ForwardAnswered);
                writer.WriteBytes(m.Answer.Span);
                break;
            case HistoryAnswer m:
                writer.WriteByte((byte)Kind.HistoryAnswer);
                writer.WriteUInt64(m.Request);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteBytes(m.Record.Span);
                break;
            case ReadIndexAnswer m:
                writer.WriteByte((byte)Kind.ReadIndexAnswer);
                writer.WriteUInt64(m.Request);
                writer.WriteBool(m.IsKnown);
                break;
            case SnapshotWanted m:
                writer.WriteByte((byte)Kind.SnapshotWanted);
                writer.WriteUInt64(m.Request);
                break;
            case SegmentReply m:
                writer.WriteByte((byte)Kind.Segment);
                SegmentMessageCodec.Encode(m, writer);
                break;
            case SnapshotMore m:
                writer.WriteByte((byte)Kind.SnapshotMore);
                writer.WriteUInt64(m.Request);
                break;
            case EvidenceWanted m:
                writer.WriteByte((byte)Kind.EvidenceWanted);
                writer.WriteHash(m.Nonce);
                break;
            case ManagerBeat:
                writer.WriteByte((byte)Kind.Beat);
                break;
            default:
                throw new InvariantException($"no encoding for {message.GetType().Name}");
        }
    }

    public static bool TryDecode(ReadOnlyMemory<byte> frame, out ManagerMessage? message)
    {
        var fields = new FieldReader(frame);
        message = (Kind)fields.Byte() switch
        {
            Kind.Welcome => new Welcome(
                fields.Text(), fields.Text(), fields.Length(Limits.MaxSettingsBytes), ReadPolicy(ref fields),
                new GovernanceVersion(fields.UInt64()), fields.Bytes(Limits.MaxCertificateBytes), fields.Bool()),
            Kind.SettingsPiece => new SettingsPiece(fields.Bytes(Limits.SettingsPieceBytes)),
            Kind.PolicyChanged => new PolicyChanged(new GovernanceVersion(fields.UInt64()), ReadPolicy(ref fields)),
            Kind.SnapshotPiece => new SnapshotPiece(fields.Bytes(Limits.MaxFrameBytes), fields.Bool()),
            Kind.Role => new RoleMessage(
                new Term(fields.UInt64()), fields.Bool(), fields.Bool(), new GovernanceVersion(fields.UInt64())),
            Kind.ApplyBatch => new ApplyBatch(new LogIndex(fields.UInt64()), fields.Bytes(Limits.MaxFrameBytes)),
            Kind.BatchCommitted => new BatchCommitted(new BatchNumber(fields.UInt64()), new LogIndex(fields.UInt64())),
            Kind.ProposalRefused => new ProposalRefused(
                fields.UInt64(), new BatchNumber(fields.UInt64()), new GovernanceVersion(fields.UInt64())),
            Kind.Forwarded => new Forwarded(new NodeId(fields.UInt64()), fields.Bytes(Limits.MaxTransactionsBytes)),
            Kind.ForwardAnswered => new ForwardAnswered(fields.Bytes(Limits.MaxTransactionsBytes)),
            Kind.HistoryAnswer => new HistoryAnswer(
                fields.UInt64(), new LogIndex(fields.UInt64()), fields.Bytes(Limits.MaxFrameBytes)),
            Kind.ReadIndexAnswer => new ReadIndexAnswer(fields.UInt64(), fields.Bool()),
            Kind.SnapshotWanted => new SnapshotWanted(fields.UInt64()),
            Kind.Segment => SegmentMessageCodec.DecodeReply(ref fields),
            Kind.SnapshotMore => new SnapshotMore(fields.UInt64()),
            Kind.EvidenceWanted => new EvidenceWanted(fields.Hash()),
            Kind.Beat => ManagerBeat.Instance,
            _ => null,
        };
        if (!fields.IsComplete) message = null;
        return message is not null;
    }

    private static void WritePolicy(ByteWriter writer, PolicyView policy)
    {
        writer.WriteUInt32(policy.MaxBatchTransactions);
        writer.WriteUInt32(policy.MaxBatchBytes);
        writer.WriteUInt64(policy.HoldMs);
        writer.WriteUInt32(policy.NodeCount);
    }

    private static PolicyView ReadPolicy(ref FieldReader fields) => new(fields.UInt32(), fields.UInt32(), fields.UInt64(), fields.UInt32());
}
