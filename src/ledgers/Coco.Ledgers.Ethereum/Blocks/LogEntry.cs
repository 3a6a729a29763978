using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>What a contract logged.</summary>
public sealed record LogEntry(Address Address, IReadOnlyList<Hash256> Topics, ReadOnlyMemory<byte> Data)
{
    public void WriteRlp(ByteWriter writer)
    {
        int list = writer.BeginList();
        writer.Rlp(Address);
        int topics = writer.BeginList();
        for (int i = 0; i < Topics.Count; i++) writer.Rlp(Topics[i]);
        writer.EndList(topics);
        writer.RlpBytes(Data.Span);
        writer.EndList(list);
    }
}
