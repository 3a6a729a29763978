using System.Buffers.Binary;
using System.Text;
using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>
/// What executors of two VNs say to each other about transactions on the way to the leader, as bytes (docs/formats/boundary.md): managers
/// carry it and do not look inside. Decoded transactions point into the message.
/// </summary>
public static class ForwardCodec
{
    /// <summary>For <see cref="Decode"/> on the leader.</summary>
    public static ReadOnlyMemory<byte> Encode(ForwardEffect message)
    {
        var writer = new ByteWriter(256 + message.Transactions.Sum(transaction => transaction.Request.Length + Limits.AdmissionBytes));
        writer.WriteUInt32((uint)message.Transactions.Count);
        foreach (AdmittedTransaction transaction in message.Transactions)
        {
            int start = writer.Length;
            writer.WriteUInt32(0);
            transaction.Encode(writer);
            BinaryPrimitives.WriteUInt32LittleEndian(writer.Written[start..], (uint)(writer.Length - start - sizeof(uint)));
        }
        WriteHashes(writer, message.Asked);
        return writer.Memory;
    }

    /// <summary>Null where it is no message, or not of this ledger.</summary>
    public static ForwardedInput? Decode(NodeId from, ReadOnlyMemory<byte> message, ILedger ledger)
    {
        var reader = new SpanReader(message.Span);
        if (!reader.TryReadUInt32(out uint count) || count > Limits.MaxForwarded) return null;
        var transactions = new List<AdmittedTransaction>();
        for (uint i = 0; i < count; i++)
        {
            if (!reader.TryReadBytes(message.Length, out ReadOnlySpan<byte> bytes)) return null;
            ReadOnlyMemory<byte> encoded = message.Slice(message.Length - reader.Remaining - bytes.Length, bytes.Length);
            if (!ledger.TryDecodeAdmitted(encoded, out AdmittedTransaction? transaction)) return null;
            transactions.Add(transaction!);
        }
        return ReadHashes(ref reader) is { } asked && reader.IsAtEnd ? new ForwardedInput(from, transactions, asked) : null;
    }

    /// <summary>For <see cref="DecodeAnswer"/> on the VN that forwarded.</summary>
    public static ReadOnlyMemory<byte> Encode(AnswerForwardEffect answer)
    {
        var writer = new ByteWriter();
        WriteHashes(writer, answer.Wanted);
        writer.WriteUInt32((uint)answer.Refused.Count);
        foreach ((Hash256 id, Refusal refusal) in answer.Refused)
        {
            writer.WriteHash(id);
            writer.WriteUInt32((uint)refusal.Code);
            writer.WriteText(refusal.Message, Limits.MaxReasonBytes);
        }
        return writer.Memory;
    }

    /// <summary>Null where it is no answer.</summary>
    public static ForwardAnsweredInput? DecodeAnswer(ReadOnlyMemory<byte> answer)
    {
        var reader = new SpanReader(answer.Span);
        if (ReadHashes(ref reader) is not { } wanted) return null;
        if (!reader.TryReadUInt32(out uint count) || count > Limits.MaxForwarded) return null;
        var refused = new List<(Hash256, Refusal)>();
        for (uint i = 0; i < count; i++)
        {
            if (!reader.TryReadHash(out Hash256 id) || !reader.TryReadUInt32(out uint code)) return null;
            if (!reader.TryReadBytes(Limits.MaxReasonBytes, out ReadOnlySpan<byte> reason)) return null;
            refused.Add((id, new Refusal((int)code, Encoding.UTF8.GetString(reason))));
        }
        return reader.IsAtEnd ? new ForwardAnsweredInput(wanted, refused) : null;
    }

    private static void WriteHashes(ByteWriter writer, IReadOnlyList<Hash256> hashes)
    {
        writer.WriteUInt32((uint)hashes.Count);
        for (int i = 0; i < hashes.Count; i++) writer.WriteHash(hashes[i]);
    }

    private static List<Hash256>? ReadHashes(ref SpanReader reader)
    {
        if (!reader.TryReadUInt32(out uint count) || count > Limits.MaxForwarded || count > reader.Remaining / Hash256.Size) return null;
        var hashes = new List<Hash256>((int)count);
        for (uint i = 0; i < count && reader.TryReadHash(out Hash256 hash); i++) hashes.Add(hash);
        return hashes;
    }
}
