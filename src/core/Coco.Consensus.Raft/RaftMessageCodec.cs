using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>Headers as bytes: version, kind, term, then the fields of that kind in the order below. Each header has one form only.</summary>
internal static class RaftMessageCodec
{
    public const byte Version = 1;

    [Flags]
    private enum Fields : byte
    {
        None = 0,
        Index = 1,
        LogTerm = 2,
        Commit = 4,
        Hint = 8,
        Round = 16,
        Flag = 32,
    }

    public static byte[] Encode(in RaftMessage message, ByteWriter writer)
    {
        Fields fields = FieldsOf(message.Kind) ?? throw new InvariantException("only known messages are sent");
        writer.Clear();
        writer.WriteByte(Version);
        writer.WriteByte((byte)message.Kind);
        writer.WriteUInt64(message.Term.Value);
        if (fields.HasFlag(Fields.Index)) writer.WriteUInt64(message.Index.Value);
        if (fields.HasFlag(Fields.LogTerm)) writer.WriteUInt64(message.LogTerm.Value);
        if (fields.HasFlag(Fields.Commit)) writer.WriteUInt64(message.Commit.Value);
        if (fields.HasFlag(Fields.Hint)) writer.WriteUInt64(message.Hint.Value);
        if (fields.HasFlag(Fields.Round)) writer.WriteUInt64(message.Round);
        if (fields.HasFlag(Fields.Flag)) writer.WriteByte(message.Flag ? (byte)1 : (byte)0);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RaftMessage message)
    {
        message = default;
        SpanReader reader = new(bytes);
        if (!reader.TryReadByte(out byte version) || version != Version) return false;
        if (!reader.TryReadByte(out byte kind) || FieldsOf((MessageKind)kind) is not { } fields) return false;
        if (!TryReadNumber(ref reader, true, out ulong term)
            || !TryReadNumber(ref reader, fields.HasFlag(Fields.Index), out ulong index)
            || !TryReadNumber(ref reader, fields.HasFlag(Fields.LogTerm), out ulong logTerm)
            || !TryReadNumber(ref reader, fields.HasFlag(Fields.Commit), out ulong commit)
            || !TryReadNumber(ref reader, fields.HasFlag(Fields.Hint), out ulong hint)
            || !TryReadNumber(ref reader, fields.HasFlag(Fields.Round), out ulong round))
            return false;
        byte flag = 0;
        if (fields.HasFlag(Fields.Flag) && (!reader.TryReadByte(out flag) || flag > 1)) return false;
        message = new RaftMessage
        {
            Kind = (MessageKind)kind,
            Term = new Term(term),
            Index = new LogIndex(index),
            LogTerm = new Term(logTerm),
            Commit = new LogIndex(commit),
            Hint = new LogIndex(hint),
            Round = round,
            Flag = flag == 1,
        };
        return reader.IsAtEnd;
    }

    private static bool TryReadNumber(ref SpanReader reader, bool present, out ulong value)
    {
        value = 0;
        return !present || (reader.TryReadUInt64(out value) && value <= Limits.MaxNumber);
    }

    private static Fields? FieldsOf(MessageKind kind) => kind switch
    {
        MessageKind.PreVoteRequest => Fields.Index | Fields.LogTerm,
        MessageKind.PreVoteReply => Fields.Flag,
        MessageKind.VoteRequest => Fields.Index | Fields.LogTerm | Fields.Flag,
        MessageKind.VoteReply => Fields.Flag,
        MessageKind.Append => Fields.Index | Fields.LogTerm | Fields.Commit,
        MessageKind.AppendAck => Fields.Index,
        MessageKind.AppendReject => Fields.Index | Fields.LogTerm | Fields.Hint,
        MessageKind.Heartbeat => Fields.Commit | Fields.Round | Fields.Flag,
        MessageKind.HeartbeatAck => Fields.Index | Fields.Round,
        MessageKind.TimeoutNow => Fields.None,
        _ => null,
    };
}
