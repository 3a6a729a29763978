using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>The logs of the running transaction, in buffers that are used again.</summary>
public sealed class LogList
{
    private Entry[] _entries = new Entry[16];
    private byte[] _data = new byte[1024];
    private int _dataLength;

    public int Count { get; private set; }

    /// <summary>A log by its position; valid until the next transaction starts.</summary>
    public EvmLog this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            ref Entry entry = ref _entries[index];
            return new EvmLog(entry.Address, entry.Topics, entry.TopicCount, _data.AsMemory(entry.Start, entry.Length));
        }
    }

    internal void Add(in Address address, in LogTopics topics, int topicCount, ReadOnlySpan<byte> data)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        if (_dataLength + data.Length > _data.Length)
            Array.Resize(ref _data, Math.Max(_data.Length * 2, _dataLength + data.Length));
        data.CopyTo(_data.AsSpan(_dataLength));
        _entries[Count++] = new Entry
        {
            Address = address,
            Topics = topics,
            TopicCount = topicCount,
            Start = _dataLength,
            Length = data.Length,
        };
        _dataLength += data.Length;
    }

    internal void Truncate(int count)
    {
        if (count >= Count) return;
        _dataLength = _entries[count].Start;
        Count = count;
    }

    private struct Entry
    {
        public Address Address;
        public LogTopics Topics;
        public int TopicCount, Start, Length;
    }
}
