using System.Runtime.CompilerServices;
using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>What a LOG instruction wrote. <see cref="Data"/> is valid until the next transaction starts.</summary>
public readonly struct EvmLog(in Address address, in LogTopics topics, int topicCount, ReadOnlyMemory<byte> data)
{
    private readonly LogTopics _topics = topics;

    public Address Address { get; } = address;
    public int TopicCount { get; } = topicCount;
    public ReadOnlyMemory<byte> Data { get; } = data;

    public Hash256 Topic(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)TopicCount);
        return _topics[index];
    }
}

/// <summary>Room for the four topics that a log can have.</summary>
[InlineArray(4)]
public struct LogTopics
{
    private Hash256 _first;
}
