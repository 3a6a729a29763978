using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What the index says of the logs in a range of blocks. Lookups wait for the disk.</summary>
internal sealed class LogTerms(ILedgerIndex index, ulong from, ulong to)
{
    /// <summary>With so few blocks left, reading them is cheaper than asking on.</summary>
    private const int FewBlocks = 4;

    /// <summary>Blocks that hold, for each criterion, some log that meets it; not all of them hold one that meets all.</summary>
    public List<ulong> Blocks(LogFilter filter)
    {
        List<ulong>? found = null;
        // Later topics tend to be rarer than the address, and the first topic names an event that is everywhere.
        for (int place = filter.Topics.Count - 1; place >= 1; place--)
            if (!Narrow(ref found, filter.Topics[place].Length > 0 ? TopicTerms(filter, place) : null)) return found!;
        if (!Narrow(ref found, filter.Addresses.Count > 0 ? AddressTerms(filter) : null)) return found!;
        if (!Narrow(ref found, filter.Topics.Count > 0 && filter.Topics[0].Length > 0 ? TopicTerms(filter, 0) : null)) return found!;
        return found ?? Union([IndexTables.AnyLog]);
    }

    private static ulong[] TopicTerms(LogFilter filter, int place) =>
        Array.ConvertAll(filter.Topics[place], topic => IndexTables.LogTerm((byte)place, topic.Span));

    private static ulong[] AddressTerms(LogFilter filter)
    {
        var terms = new ulong[filter.Addresses.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            Address address = filter.Addresses[i];
            terms[i] = IndexTables.LogTerm(IndexTables.AddressTerm, address.Span);
        }
        return terms;
    }

    /// <summary>Keeps the blocks that a criterion leaves; false where asking on is not worth it.</summary>
    private bool Narrow(ref List<ulong>? found, ulong[]? terms)
    {
        if (terms is null) return true;
        List<ulong> here = Union(terms);
        found = found is null ? here : Intersect(found, here);
        return found.Count > FewBlocks;
    }

    private List<ulong> Union(ulong[] terms)
    {
        var blocks = new List<ulong>();
        foreach (ulong term in terms)
            index.Find(IndexTables.Logs, term, from, to, new BatchNumber(from), new BatchNumber(to), blocks);
        if (terms.Length == 1) return blocks;
        blocks.Sort();
        int kept = 0;
        for (int i = 0; i < blocks.Count; i++)
            if (i == 0 || blocks[i] != blocks[i - 1]) blocks[kept++] = blocks[i];
        blocks.RemoveRange(kept, blocks.Count - kept);
        return blocks;
    }

    private static List<ulong> Intersect(List<ulong> left, List<ulong> right)
    {
        var both = new List<ulong>();
        for (int i = 0, j = 0; i < left.Count && j < right.Count;)
        {
            if (left[i] == right[j]) both.Add(left[i]);
            if (left[i] <= right[j]) i++;
            else if (left[i] > right[j]) j++;
        }
        return both;
    }
}
