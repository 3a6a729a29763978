using System.Text;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Reads one peer message's fields; after a failure all reads give defaults and <see cref="IsComplete"/> is false.</summary>
internal ref struct PeerFields(ReadOnlyMemory<byte> message)
{
    private readonly ReadOnlyMemory<byte> _message = message;
    private SpanReader _reader = new(message.Span);

    public bool HasFailed { get; private set; }

    public readonly bool IsComplete => !HasFailed && _reader.IsAtEnd;

    public void Fail() => HasFailed = true;

    public byte Byte()
    {
        HasFailed |= !_reader.TryReadByte(out byte value);
        return value;
    }

    public bool Flag()
    {
        byte value = Byte();
        HasFailed |= value > 1;
        return value == 1;
    }

    public SharedFile SharedFile()
    {
        byte value = Byte();
        HasFailed |= value is not ((byte)Coco.Replica.SharedFile.Snapshot or (byte)Coco.Replica.SharedFile.Chunk);
        return (SharedFile)value;
    }

    public uint UInt32()
    {
        HasFailed |= !_reader.TryReadUInt32(out uint value);
        return value;
    }

    public ulong UInt64()
    {
        HasFailed |= !_reader.TryReadUInt64(out ulong value);
        return value;
    }

    /// <summary>All ones stand for none.</summary>
    public LogIndex? OptionalIndex()
    {
        ulong value = UInt64();
        return value == ulong.MaxValue ? null : new LogIndex(value);
    }

    public Hash256 Hash()
    {
        HasFailed |= !_reader.TryReadHash(out Hash256 value);
        return value;
    }

    public ReadOnlyMemory<byte> Bytes(int limit)
    {
        if (!HasFailed && _reader.TryReadBytes(limit, out ReadOnlySpan<byte> bytes))
            return _message.Slice(_message.Length - _reader.Remaining - bytes.Length, bytes.Length);
        HasFailed = true;
        return default;
    }

    public Membership Membership()
    {
        if (HasFailed || !Coco.Governance.Membership.TryDecode(ref _reader, out Membership membership)) HasFailed = true;
        else return membership;
        return Coco.Governance.Membership.Empty;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes(Limits.MaxTextBytes).Span);

    public IReadOnlyList<ReadOnlyMemory<byte>> List(int countLimit, int itemLimit)
    {
        uint count = UInt32();
        if (count > (uint)countLimit || count > (uint)_reader.Remaining / sizeof(uint)) HasFailed = true;
        if (HasFailed) return [];
        var items = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < items.Length; i++) items[i] = Bytes(itemLimit);
        return items;
    }
}
