using Coco.Primitives;

namespace Coco.Boundary;

/// <summary>The fields of <see cref="SegmentRequest"/> and <see cref="SegmentReply"/>, behind a byte that says which.</summary>
internal static class SegmentMessageCodec
{
    private enum Which : byte
    {
        List = 1,
        Piece,
        Abandoned,
        Question,
        Dropped,
        Log,
    }

    public static void Encode(SegmentRequest request, ByteWriter writer)
    {
        switch (request)
        {
            case SegmentListQuestion m:
                Begin(writer, Which.List, m.Request);
                break;
            case SegmentPiece m:
                Begin(writer, Which.Piece, m.Output);
                writer.WriteUInt64(m.LastIndex.Value);
                writer.WriteBytes(m.Pages.Span);
                writer.WriteBool(m.IsLast);
                break;
            case SegmentAbandoned m:
                Begin(writer, Which.Abandoned, m.Output);
                break;
            case SegmentQuestion m:
                Begin(writer, Which.Question, m.Request);
                writer.WriteHash(m.Id);
                writer.WriteUInt32(m.First);
                writer.WriteUInt32(m.Count);
                break;
            case SegmentDropped m:
                Begin(writer, Which.Dropped, 0);
                writer.WriteHash(m.Id);
                break;
            case LogQuestion m:
                Begin(writer, Which.Log, m.Request);
                writer.WriteUInt64(m.From.Value);
                break;
            default:
                throw new InvariantException($"no encoding for {request.GetType().Name}");
        }
    }

    public static void Encode(SegmentReply reply, ByteWriter writer)
    {
        switch (reply)
        {
            case SegmentListAnswer m:
                Begin(writer, Which.List, m.Request);
                writer.WriteUInt32((uint)m.Segments.Count);
                foreach (SegmentName name in m.Segments) Write(writer, name);
                break;
            case SegmentStored m:
                Begin(writer, Which.Piece, m.Output);
                Write(writer, m.Name);
                break;
            case SegmentAnswer m:
                Begin(writer, Which.Question, m.Request);
                writer.WriteBytes(m.Pages.Span);
                break;
            case LogAnswer m:
                Begin(writer, Which.Log, m.Request);
                writer.WriteUInt64(m.Next.Value);
                writer.WriteUInt32((uint)m.Batches.Count);
                foreach (LoggedBatch batch in m.Batches)
                {
                    writer.WriteUInt64(batch.Index.Value);
                    writer.WriteBytes(batch.Record.Span);
                }
                break;
            default:
                throw new InvariantException($"no encoding for {reply.GetType().Name}");
        }
    }

    public static SegmentRequest? DecodeRequest(ref FieldReader fields)
    {
        var which = (Which)fields.Byte();
        ulong number = fields.UInt64();
        return which switch
        {
            Which.List => new SegmentListQuestion(number),
            Which.Piece => new SegmentPiece(number, new LogIndex(fields.UInt64()), fields.Bytes(Limits.MaxSegmentPieceBytes), fields.Bool()),
            Which.Abandoned => new SegmentAbandoned(number),
            Which.Question => new SegmentQuestion(number, fields.Hash(), fields.UInt32(), fields.UInt32()),
            Which.Dropped when number == 0 => new SegmentDropped(fields.Hash()),
            Which.Log => new LogQuestion(number, new LogIndex(fields.UInt64())),
            _ => null,
        };
    }

    public static SegmentReply? DecodeReply(ref FieldReader fields)
    {
        var which = (Which)fields.Byte();
        ulong number = fields.UInt64();
        return which switch
        {
            Which.List => new SegmentListAnswer(number, ReadNames(ref fields)),
            Which.Piece => new SegmentStored(number, ReadName(ref fields)),
            Which.Question => new SegmentAnswer(number, fields.Bytes(Limits.MaxSegmentPieceBytes)),
            Which.Log => new LogAnswer(number, new LogIndex(fields.UInt64()), ReadBatches(ref fields)),
            _ => null,
        };
    }

    private static void Begin(ByteWriter writer, Which which, ulong number)
    {
        writer.WriteByte((byte)which);
        writer.WriteUInt64(number);
    }

    private static void Write(ByteWriter writer, in SegmentName name)
    {
        writer.WriteHash(name.Id);
        writer.WriteUInt32(name.Pages);
    }

    private static SegmentName ReadName(ref FieldReader fields) => new(fields.Hash(), fields.UInt32());

    private static SegmentName[] ReadNames(ref FieldReader fields)
    {
        uint count = fields.Count(Limits.MaxSegments, Hash256.Size + sizeof(uint));
        var names = new SegmentName[count];
        for (int i = 0; i < names.Length; i++) names[i] = ReadName(ref fields);
        return names;
    }

    private static LoggedBatch[] ReadBatches(ref FieldReader fields)
    {
        uint count = fields.Count(Limits.MaxLoggedBatches, sizeof(ulong) + sizeof(uint));
        var batches = new LoggedBatch[count];
        for (int i = 0; i < batches.Length; i++) batches[i] = new LoggedBatch(new LogIndex(fields.UInt64()), fields.Bytes(Limits.MaxFrameBytes));
        return batches;
    }
}
