using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Peer messages as bytes: a kind, then the fields in the canonical codec. Decoded memories point into the message.</summary>
public static class PeerMessageCodec
{
    private enum Kind : byte
    {
        Consensus = 1,
        CoSignRequest,
        CoSignAnswer,
        Transactions,
        TransactionsAnswer,
        ReadIndexAsk,
        ReadIndexGive,
        Probe,
        ProbeAnswer,
        JoinRequest,
        JoinAccepted,
        JoinRefused,
        SnapshotReport,
        SnapshotOffer,
        SnapshotSettled,
        FileAsk,
        FilePiece,
        EvidenceAsk,
        EvidenceGive,
        EvidenceWanted,
        StillHere,
    }

    /// <summary>
    /// The bytes before the frames of a message. What follows is each frame behind its 32-bit length: who sends a long message need not
    /// copy them.
    /// </summary>
    public static void EncodeHead(ConsensusPeerMessage message, ByteWriter writer)
    {
        writer.WriteByte((byte)Kind.Consensus);
        writer.WriteUInt64(message.To.Value);
        writer.WriteBytes(message.Header.Span);
        writer.WriteUInt32((uint)message.Frames.Count);
    }

    public static void Encode(PeerMessage message, ByteWriter writer)
    {
        switch (message)
        {
            case ConsensusPeerMessage m:
                EncodeHead(m, writer);
                foreach (ReadOnlyMemory<byte> frame in m.Frames) writer.WriteBytes(frame.Span);
                break;
            case CoSignRequest m:
                writer.WriteByte((byte)Kind.CoSignRequest);
                writer.WriteUInt64(m.At.Index.Value);
                writer.WriteUInt64(m.At.Term.Value);
                break;
            case CoSignAnswer m:
                writer.WriteByte((byte)Kind.CoSignAnswer);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteBytes(m.Signature.Span);
                break;
            case TransactionsMessage m:
                writer.WriteByte((byte)Kind.Transactions);
                writer.WriteBytes(m.Message.Span);
                break;
            case TransactionsAnswer m:
                writer.WriteByte((byte)Kind.TransactionsAnswer);
                writer.WriteBytes(m.Answer.Span);
                break;
            case ReadIndexAsk m:
                writer.WriteByte((byte)Kind.ReadIndexAsk);
                writer.WriteUInt64(m.Request);
                break;
            case ReadIndexGive m:
                writer.WriteByte((byte)Kind.ReadIndexGive);
                writer.WriteUInt64(m.Request);
                writer.WriteUInt64(m.Index?.Value ?? ulong.MaxValue);
                break;
            default:
                EncodeRestart(message, writer);
                break;
        }
    }

    private static void EncodeRestart(PeerMessage message, ByteWriter writer)
    {
        switch (message)
        {
            case Probe m:
                writer.WriteByte((byte)Kind.Probe);
                WritePlace(writer, m.Boot, m.Self, m.Term, m.LastIndex, m.LastTerm);
                break;
            case ProbeAnswer m:
                EncodeProbeAnswer(m, writer);
                break;
            case JoinRequest m:
                writer.WriteByte((byte)Kind.JoinRequest);
                writer.WriteUInt64(m.Boot);
                writer.WriteBytes(m.Evidence.Span);
                writer.WriteBytes(m.OperatorSignature.Span);
                break;
            case JoinAccepted m:
                EncodeAccepted(m, writer);
                break;
            case JoinRefused m:
                writer.WriteByte((byte)Kind.JoinRefused);
                writer.WriteUInt64(m.Boot);
                WriteText(writer, m.Reason);
                WriteText(writer, m.Leader);
                WriteText(writer, m.LeaderAddress);
                writer.WriteByte(m.IsForGood ? (byte)1 : (byte)0);
                break;
            default:
                EncodeSnapshot(message, writer);
                break;
        }
    }

    private static void EncodeSnapshot(PeerMessage message, ByteWriter writer)
    {
        switch (message)
        {
            case SnapshotReport m:
                writer.WriteByte((byte)Kind.SnapshotReport);
                m.Claim.Write(writer);
                break;
            case SnapshotOffer m:
                writer.WriteByte((byte)Kind.SnapshotOffer);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteUInt64(m.Length);
                writer.WriteBytes(m.Proof.Span);
                break;
            case SnapshotSettled m:
                writer.WriteByte((byte)Kind.SnapshotSettled);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteByte(m.IsHeld ? (byte)1 : (byte)0);
                break;
            case FileAsk m:
                writer.WriteByte((byte)Kind.FileAsk);
                writer.WriteByte((byte)m.Kind);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteUInt64(m.Offset);
                break;
            case FilePiece m:
                writer.WriteByte((byte)Kind.FilePiece);
                writer.WriteByte((byte)m.Kind);
                writer.WriteUInt64(m.Index.Value);
                writer.WriteUInt64(m.Offset);
                writer.WriteUInt64(m.Total);
                writer.WriteBytes(m.Bytes.Span);
                break;
            case EvidenceAsk m:
                writer.WriteByte((byte)Kind.EvidenceAsk);
                writer.WriteUInt64(m.To.Value);
                writer.WriteHash(m.Nonce);
                writer.WriteByte(m.IsQuarantined ? (byte)1 : (byte)0);
                writer.WriteUInt64(m.AsOf.Value);
                break;
            case EvidenceGive m:
                writer.WriteByte((byte)Kind.EvidenceGive);
                writer.WriteUInt64(m.Boot);
                writer.WriteHash(m.Nonce);
                writer.WriteBytes(m.Evidence.Span);
                break;
            case StillHere:
                writer.WriteByte((byte)Kind.StillHere);
                break;
            case EvidenceWanted m:
                writer.WriteByte((byte)Kind.EvidenceWanted);
                writer.WriteUInt64(m.Boot);
                writer.WriteByte(m.NeedsKeys ? (byte)1 : (byte)0);
                break;
            default:
                throw new InvariantException($"no encoding for {message.GetType().Name}");
        }
    }

    private static void EncodeAccepted(JoinAccepted message, ByteWriter writer)
    {
        writer.WriteByte((byte)Kind.JoinAccepted);
        writer.WriteUInt64(message.Boot);
        writer.WriteUInt64(message.Self.Value);
        writer.WriteHash(message.Network);
        writer.WriteHash(message.ConstitutionDigest);
        writer.WriteUInt64(message.AsOf.Index.Value);
        writer.WriteUInt64(message.AsOf.Term.Value);
        WriteContacts(writer, message.Contacts);
        writer.WriteBytes(message.Keys.Span);
    }

    private static void WriteContacts(ByteWriter writer, IReadOnlyList<Contact> contacts)
    {
        writer.WriteUInt32((uint)contacts.Count);
        foreach (Contact contact in contacts)
        {
            writer.WriteUInt64(contact.Id.Value);
            WriteText(writer, contact.Name);
            WriteText(writer, contact.Address);
            writer.WriteBytes(contact.PublicKey.Span);
        }
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out PeerMessage? message)
    {
        var fields = new PeerFields(bytes);
        message = (Kind)fields.Byte() switch
        {
            Kind.Consensus => new ConsensusPeerMessage(
                new NodeId(fields.UInt64()), fields.Bytes(Limits.MaxPeerMessageBytes), fields.List(Limits.MaxEntries, Limits.MaxPeerMessageBytes)),
            Kind.CoSignRequest => new CoSignRequest(new LogPosition(new LogIndex(fields.UInt64()), new Term(fields.UInt64()))),
            Kind.CoSignAnswer => new CoSignAnswer(new LogIndex(fields.UInt64()), fields.Bytes(Limits.MaxTextBytes)),
            Kind.Transactions => new TransactionsMessage(fields.Bytes(Limits.MaxTransactionsBytes)),
            Kind.TransactionsAnswer => new TransactionsAnswer(fields.Bytes(Limits.MaxTransactionsBytes)),
            Kind.ReadIndexAsk => new ReadIndexAsk(fields.UInt64()),
            Kind.ReadIndexGive => new ReadIndexGive(fields.UInt64(), fields.OptionalIndex()),
            Kind.Probe => new Probe(
                fields.UInt64(), new NodeId(fields.UInt64()), new Term(fields.UInt64()), new LogIndex(fields.UInt64()),
                new Term(fields.UInt64())),
            Kind.ProbeAnswer => DecodeProbeAnswer(ref fields),
            Kind.JoinRequest => new JoinRequest(fields.UInt64(), fields.Bytes(Limits.MaxEvidenceBytes), fields.Bytes(Limits.MaxTextBytes)),
            Kind.JoinAccepted => DecodeAccepted(ref fields),
            Kind.JoinRefused => new JoinRefused(fields.UInt64(), fields.Text(), fields.Text(), fields.Text(), fields.Flag()),
            Kind.EvidenceAsk => new EvidenceAsk(new NodeId(fields.UInt64()), fields.Hash(), fields.Flag(), new LogIndex(fields.UInt64())),
            Kind.EvidenceGive => new EvidenceGive(fields.UInt64(), fields.Hash(), fields.Bytes(Limits.MaxEvidenceBytes)),
            Kind.EvidenceWanted => new EvidenceWanted(fields.UInt64(), fields.Flag()),
            Kind.StillHere => StillHere.Instance,
            Kind.SnapshotReport => new SnapshotReport(new SnapshotClaim(new LogIndex(fields.UInt64()), fields.Hash())),
            Kind.SnapshotOffer => new SnapshotOffer(new LogIndex(fields.UInt64()), fields.UInt64(), fields.Bytes(SnapshotProof.MaxBytes)),
            Kind.SnapshotSettled => new SnapshotSettled(new LogIndex(fields.UInt64()), fields.Flag()),
            Kind.FileAsk => new FileAsk(fields.SharedFile(), new LogIndex(fields.UInt64()), fields.UInt64()),
            Kind.FilePiece => new FilePiece(
                fields.SharedFile(), new LogIndex(fields.UInt64()), fields.UInt64(), fields.UInt64(), fields.Bytes(Limits.PieceBytes)),
            _ => null,
        };
        if (!fields.IsComplete) message = null;
        return message is not null;
    }

    private static void EncodeProbeAnswer(ProbeAnswer message, ByteWriter writer)
    {
        writer.WriteByte((byte)Kind.ProbeAnswer);
        WritePlace(writer, message.Boot, message.Self, message.Term, message.End.Index, message.End.Term);
        writer.WriteByte((byte)message.State);
        writer.WriteByte(message.Membership is null ? (byte)0 : (byte)1);
        message.Membership?.Encode(writer);
        WriteContacts(writer, message.Contacts);
        WriteText(writer, message.Leader);
    }

    private static ProbeAnswer DecodeProbeAnswer(ref PeerFields fields)
    {
        ulong boot = fields.UInt64();
        var self = new NodeId(fields.UInt64());
        var term = new Term(fields.UInt64());
        var lastIndex = new LogIndex(fields.UInt64());
        var lastTerm = new Term(fields.UInt64());
        var state = (ProbeState)fields.Byte();
        if (state > ProbeState.Restarting) fields.Fail();
        Membership? membership = fields.Flag() ? fields.Membership() : null;
        return new ProbeAnswer(boot, state, self, term, new LogPosition(lastIndex, lastTerm), membership, ReadContacts(ref fields), fields.Text());
    }

    private static JoinAccepted DecodeAccepted(ref PeerFields fields)
    {
        ulong boot = fields.UInt64();
        var self = new NodeId(fields.UInt64());
        Hash256 network = fields.Hash();
        Hash256 digest = fields.Hash();
        var asOf = new LogPosition(new LogIndex(fields.UInt64()), new Term(fields.UInt64()));
        return new JoinAccepted(boot, self, network, digest, asOf, ReadContacts(ref fields), fields.Bytes(Limits.MaxEvidenceBytes));
    }

    private static List<Contact> ReadContacts(ref PeerFields fields)
    {
        uint count = fields.UInt32();
        if (count > Limits.MaxNodes) fields.Fail();
        var contacts = new List<Contact>();
        for (uint i = 0; i < count && !fields.HasFailed; i++)
            contacts.Add(new Contact(new NodeId(fields.UInt64()), fields.Text(), fields.Text(), fields.Bytes(Limits.MaxTextBytes)));
        return contacts;
    }

    private static void WritePlace(ByteWriter writer, ulong boot, NodeId self, Term term, LogIndex lastIndex, Term lastTerm)
    {
        writer.WriteUInt64(boot);
        writer.WriteUInt64(self.Value);
        writer.WriteUInt64(term.Value);
        writer.WriteUInt64(lastIndex.Value);
        writer.WriteUInt64(lastTerm.Value);
    }

    /// <summary>A text over the limit is cut: an error that quotes a client's input must not end the link.</summary>
    private static void WriteText(ByteWriter writer, string text) => writer.WriteText(text, Limits.MaxTextBytes);

    private static void WriteList(ByteWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        writer.WriteUInt32((uint)items.Count);
        for (int i = 0; i < items.Count; i++) writer.WriteBytes(items[i].Span);
    }
}
