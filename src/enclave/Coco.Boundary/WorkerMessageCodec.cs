using Coco.Primitives;

namespace Coco.Boundary;

public static class WorkerMessageCodec
{
    private enum Kind : byte
    {
        Hello = 1,
        Ready,
        Failed,
        ProposeBatch,
        Forward,
        AnswerForward,
        HistoryQuestion,
        ReadIndexQuestion,
        SnapshotWritten,
        BatchApplied,
        Beat,
        Segment,
        SnapshotPieceTaken,
        Serving,
        EvidenceGiven,
    }

    public static void Encode(WorkerMessage message, ByteWriter writer)
    {
        switch (message)
        {
            case Hello m:
                writer.WriteByte((byte)Kind.Hello);
                writer.WriteUInt16(m.BoundaryVersion);
                writer.WriteUInt32((uint)m.ProcessId);
                writer.WriteBytes(m.TlsKey.Span);
                break;
            case Ready m:
                writer.WriteByte((byte)Kind.Ready);
                writer.WriteBool(m.Version is not null);
                writer.WriteUInt64(m.Version?.Value ?? 0);
                break;
            case Failed m:
                writer.WriteByte((byte)Kind.Failed);
                writer.WriteText(m.Reason);
                break;
            case ProposeBatch m:
                writer.WriteByte((byte)Kind.ProposeBatch);
                writer.WriteUInt64(m.Term.Value);
                writer.WriteUInt64(m.GovernanceVersion.Value);
                writer.WriteUInt64(m.Attempt);
                writer.WriteUInt64(m.Batch.Value);
                writer.WriteUInt32(m.TransactionCount);
                writer.WriteHash(m.Claims);
                writer.WriteBytes(m.Record.Span);
                break;
            case Forward m:
                writer.WriteByte((byte)Kind.Forward);
                writer.WriteBytes(m.Message.Span);
                break;
            case AnswerForward m:
                writer.WriteByte((byte)Kind.AnswerForward);
                writer.WriteUInt64(m.To.Value);
                writer.WriteBytes(m.Answer.Span);
                break;
            case HistoryQuestion m:
                writer.WriteByte((byte)Kind.HistoryQuestion);
                writer.WriteUInt64(m.Request);
                writer.WriteUInt64(m.Index.Value);
                break;
            case ReadIndexQuestion m:
                writer.WriteByte((byte)Kind.ReadIndexQuestion);
                writer.WriteUInt64(m.Request);
                break;
            case SnapshotWritten m:
                writer.WriteByte((byte)Kind.SnapshotWritten);
                writer.WriteUInt64(m.Request);
                writer.WriteUInt64(m.Batch.Value);
                writer.WriteBytes(m.Bytes.Span);
                writer.WriteBool(m.IsLast);
                break;
            case BatchApplied m:
                writer.WriteByte((byte)Kind.BatchApplied);
                writer.WriteUInt64(m.Batch.Value);
                break;
            case SegmentRequest m:
                writer.WriteByte((byte)Kind.Segment);
                SegmentMessageCodec.Encode(m, writer);
                break;
            case Serving:
                writer.WriteByte((byte)Kind.Serving);
                break;
            case SnapshotPieceTaken:
                writer.WriteByte((byte)Kind.SnapshotPieceTaken);
                break;
            case EvidenceGiven m:
                writer.WriteByte((byte)Kind.EvidenceGiven);
                writer.WriteHash(m.Nonce);
                writer.WriteBytes(m.Evidence.Span);
                break;
            case WorkerBeat m:
                writer.WriteByte((byte)Kind.Beat);
                WriteFigures(m.Figures, writer);
                break;
            default:
                throw new InvariantException($"no encoding for {message.GetType().Name}");
        }
    }

    public static bool TryDecode(ReadOnlyMemory<byte> frame, out WorkerMessage? message)
    {
        var fields = new FieldReader(frame);
        message = (Kind)fields.Byte() switch
        {
            Kind.Hello => new Hello(fields.UInt16(), (int)fields.UInt32(), fields.Bytes(Limits.MaxTextBytes)),
            Kind.Ready => ReadReady(ref fields),
            Kind.Failed => new Failed(fields.Text()),
            Kind.ProposeBatch => new ProposeBatch(
                new Term(fields.UInt64()), new GovernanceVersion(fields.UInt64()), fields.UInt64(),
                new BatchNumber(fields.UInt64()), fields.UInt32(), fields.Hash(), fields.Bytes(Limits.MaxFrameBytes)),
            Kind.Forward => new Forward(fields.Bytes(Limits.MaxTransactionsBytes)),
            Kind.AnswerForward => new AnswerForward(new NodeId(fields.UInt64()), fields.Bytes(Limits.MaxTransactionsBytes)),
            Kind.HistoryQuestion => new HistoryQuestion(fields.UInt64(), new LogIndex(fields.UInt64())),
            Kind.ReadIndexQuestion => new ReadIndexQuestion(fields.UInt64()),
            Kind.SnapshotWritten => new SnapshotWritten(
                fields.UInt64(), new BatchNumber(fields.UInt64()), fields.Bytes(Limits.MaxFrameBytes), fields.Bool()),
            Kind.BatchApplied => new BatchApplied(new BatchNumber(fields.UInt64())),
            Kind.Segment => SegmentMessageCodec.DecodeRequest(ref fields),
            Kind.SnapshotPieceTaken => SnapshotPieceTaken.Instance,
            Kind.Serving => Serving.Instance,
            Kind.EvidenceGiven => new EvidenceGiven(fields.Hash(), fields.Bytes(Limits.MaxEvidenceBytes)),
            Kind.Beat => new WorkerBeat(ReadFigures(ref fields)),
            _ => null,
        };
        if (!fields.IsComplete) message = null;
        return message is not null;
    }

    private static void WriteFigures(WorkerFigures figures, ByteWriter writer)
    {
        writer.WriteUInt64(figures.StateBytes);
        writer.WriteUInt64(figures.HeapBytes);
        writer.WriteUInt64(figures.Snapshots);
        writer.WriteUInt64(figures.SnapshotMicroseconds);
        writer.WriteUInt64(figures.ExecutorSnapshotMicroseconds);
        writer.WriteUInt64(figures.CollectorSnapshotMicroseconds);
        writer.WriteUInt64(figures.ExecutorUsualMicroseconds);
        writer.WriteUInt64(figures.CollectorUsualMicroseconds);
    }

    private static WorkerFigures ReadFigures(ref FieldReader fields) => new(
        fields.UInt64(), fields.UInt64(), fields.UInt64(), fields.UInt64(), fields.UInt64(), fields.UInt64(), fields.UInt64(), fields.UInt64());

    private static Ready ReadReady(ref FieldReader fields)
    {
        bool hasVersion = fields.Bool();
        var version = new BatchNumber(fields.UInt64());
        return new Ready(hasVersion ? version : null);
    }
}
