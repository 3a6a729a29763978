using Coco.Evm;
using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>What a transaction came to, as the entry holds it; everything else of a receipt is derived.</summary>
/// <param name="Sender">Recorded, so that nobody who reads a block recovers a signature for it.</param>
public sealed record Outcome(Address Sender, bool IsSuccess, ulong GasUsed, IReadOnlyList<LogEntry> Logs);

/// <summary>
/// Writes outcomes in few bytes: addresses and topics of a batch are written once and named by their place after that, words
/// lose their leading zeros. Used again after <see cref="Clear"/>. See docs/formats/ethereum-results.md.
/// </summary>
public sealed class OutcomeWriter
{
    private readonly Dictionary<UInt256, int> _words = [];
    private readonly ByteWriter _bytes = new(4096);

    public ReadOnlySpan<byte> Span => _bytes.Span;

    public void Clear()
    {
        _words.Clear();
        _bytes.Clear();
    }

    public void Add(in Address sender, bool isSuccess, ulong gasUsed, LogList logs)
    {
        WriteKnown(sender.ToUInt256());
        _bytes.WriteByte(isSuccess ? (byte)1 : (byte)0);
        _bytes.WriteVarint(gasUsed);
        _bytes.WriteVarint((ulong)logs.Count);
        for (int i = 0; i < logs.Count; i++) Add(logs[i]);
    }

    private void Add(in EvmLog log)
    {
        WriteKnown(log.Address.ToUInt256());
        _bytes.WriteByte((byte)log.TopicCount);
        for (int i = 0; i < log.TopicCount; i++) WriteKnown(new UInt256(log.Topic(i).Span));
        ReadOnlySpan<byte> data = log.Data.Span;
        bool isWords = data.Length % UInt256.Size == 0;
        _bytes.WriteVarint(((ulong)data.Length << 1) | (isWords ? 1UL : 0));
        if (!isWords) _bytes.WriteFixed(data);
        for (; isWords && !data.IsEmpty; data = data[UInt256.Size..]) _bytes.WriteWord(new UInt256(data[..UInt256.Size]));
    }

    private void WriteKnown(in UInt256 word)
    {
        if (_words.TryGetValue(word, out int place))
        {
            _bytes.WriteVarint((ulong)place + 1);
            return;
        }
        _words.Add(word, _words.Count);
        _bytes.WriteByte(0);
        _bytes.WriteWord(word);
    }
}

/// <summary>Reads what <see cref="OutcomeWriter"/> wrote; the bytes may be anything.</summary>
public static class OutcomeReader
{
    public static bool TryRead(ref SpanReader reader, int count, out Outcome[] outcomes)
    {
        var words = new List<UInt256>();
        outcomes = new Outcome[count];
        for (int i = 0; i < count; i++)
        {
            if (!TryReadKnown(ref reader, words, out UInt256 sender) || !reader.TryReadByte(out byte status) || status > 1 || !reader.TryReadVarint(out ulong gas)
                || !reader.TryReadVarint(out ulong logCount) || logCount > (ulong)reader.Remaining) return false;
            var logs = logCount == 0 ? [] : new LogEntry[logCount];
            for (int j = 0; j < logs.Length; j++)
                if (!TryReadLog(ref reader, words, out logs[j])) return false;
            outcomes[i] = new Outcome(new Address(sender), status == 1, gas, logs);
        }
        return true;
    }

    private static bool TryReadLog(ref SpanReader reader, List<UInt256> words, out LogEntry log)
    {
        log = null!;
        if (!TryReadKnown(ref reader, words, out UInt256 address) || !reader.TryReadByte(out byte topicCount) || topicCount > 4) return false;
        var topics = topicCount == 0 ? [] : new Hash256[topicCount];
        for (int i = 0; i < topics.Length; i++)
        {
            if (!TryReadKnown(ref reader, words, out UInt256 topic)) return false;
            topics[i] = new Hash256(topic.ToBigEndian());
        }
        if (!reader.TryReadVarint(out ulong head) || !TryReadData(ref reader, head >> 1, (head & 1) != 0, out byte[] data)) return false;
        log = new LogEntry(new Address(address), topics, data);
        return true;
    }

    private static bool TryReadData(ref SpanReader reader, ulong length, bool isWords, out byte[] data)
    {
        data = [];
        // A word takes at least one byte, so nothing is allocated for a length that the input cannot hold.
        if (length / UInt256.Size > (ulong)reader.Remaining || (isWords && length % UInt256.Size != 0)) return false;
        if (!isWords)
        {
            if (!reader.TryReadFixed((int)length, out ReadOnlySpan<byte> bytes)) return false;
            data = bytes.ToArray();
            return true;
        }
        data = new byte[length];
        for (int at = 0; at < data.Length; at += UInt256.Size)
        {
            if (!reader.TryReadWord(out UInt256 word)) return false;
            word.WriteBigEndian(data.AsSpan(at));
        }
        return true;
    }

    private static bool TryReadKnown(ref SpanReader reader, List<UInt256> words, out UInt256 word)
    {
        word = default;
        if (!reader.TryReadVarint(out ulong place) || place > (ulong)words.Count) return false;
        if (place > 0) word = words[(int)place - 1];
        else if (!reader.TryReadWord(out word)) return false;
        else words.Add(word);
        return true;
    }
}
