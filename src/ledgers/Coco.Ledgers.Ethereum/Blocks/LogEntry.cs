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

    /// <summary>Appends by what the log can be found, its address and its topics, and where each ends.</summary>
    public void WriteTerms(ByteWriter words, List<int> ends)
    {
        words.WriteFixed(Address.Span);
        ends.Add(words.Length);
        for (int i = 0; i < Topics.Count; i++)
        {
            words.WriteHash(Topics[i]);
            ends.Add(words.Length);
        }
    }
}
