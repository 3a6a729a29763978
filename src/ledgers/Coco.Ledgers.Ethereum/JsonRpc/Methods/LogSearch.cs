using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Finds logs in ranges of blocks: the blocks that may hold some by the index, then in these.</summary>
internal static class LogSearch
{
    /// <summary>Blocks looked up in the index at once: what it says of them is held in memory.</summary>
    private const ulong Stretch = 1 << 15;

    /// <summary>Newest blocks that the index does not have yet and that are looked through instead.</summary>
    private const ulong Unindexed = ChainIndex.RecentBlocks;

    /// <summary>Blocks read for one question, found to match or not.</summary>
    private const int MaxBlocks = 20_000;

    /// <summary>Old blocks asked for at once: the manager reads each from its files, and most of that is waiting.</summary>
    private const int ReadTogether = 16;

    /// <summary>
    /// Writes what matches from block <paramref name="from"/> to <paramref name="to"/> as items of an array; stops after the block
    /// with which there are <paramref name="most"/>. Next is the first block that was not looked at. Throws
    /// <see cref="HistoryUnavailableException"/> where too many blocks would have to be read.
    /// </summary>
    public static async ValueTask<(int Count, ulong Next)> WriteAsync(
        RpcCall call, LogFilter filter, ulong from, ulong to, int most)
    {
        int count = 0, read = 0;
        var numbers = new List<ulong>();
        for (ulong start = from; start <= to; start += Stretch)
        {
            ulong end = Math.Min(to, start + Stretch - 1);
            numbers.Clear();
            await CollectAsync(call, filter, start, end, numbers);
            foreach (ulong[] together in numbers.Chunk(ReadTogether))
            {
                if ((read += together.Length) > MaxBlocks)
                    throw new HistoryUnavailableException($"query would read more than {MaxBlocks} blocks, narrow it down");
                CommittedLogs?[] old = await Task.WhenAll(Array.ConvertAll(together, number => ReadAsync(call, number)));
                for (int i = 0; i < together.Length; i++)
                {
                    if (old[i] is { } logs) count += Write(call, filter, logs);
                    else if (await call.Node.Chain.BlockAsync(together[i], call.Cancellation) is { } block) count += Write(call, filter, block);
                    if (count >= most) return (count, together[i] + 1);
                }
                if (call.Charge() is { } over) throw new TraceStoppedException(over);
            }
        }
        return (count, Math.Max(from, to + 1));
    }

    private static async Task<CommittedLogs?> ReadAsync(RpcCall call, ulong number) =>
        call.Node.Chain.Recent(number) is null ? await call.Node.Chain.LogsAsync(number, call.Cancellation) : null;

    public static int Write(RpcCall call, LogFilter filter, EthereumBlock block)
    {
        if (!filter.MayMatch(block.Header.LogsBloom.Span)) return 0;
        int count = 0, index = 0;
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            foreach (LogEntry log in block.Receipts[i].Logs)
            {
                if (filter.Matches(log) && call.May(AccessVerb.Read, "log", log.Address.Span))
                {
                    call.Result.Separate();
                    call.Result.Log(block, i, log, index);
                    count++;
                }
                index++;
            }
        }
        return count;
    }

    private static int Write(RpcCall call, LogFilter filter, CommittedLogs block)
    {
        int count = 0, index = 0;
        for (int i = 0; i < block.Transactions; i++)
        {
            foreach (LogEntry log in block.Of(i))
            {
                if (filter.Matches(log) && call.May(AccessVerb.Read, "log", log.Address.Span))
                {
                    call.Result.Separate();
                    call.Result.Log(block.PlaceOf(i), log, index);
                    count++;
                }
                index++;
            }
        }
        return count;
    }

    /// <summary>The numbers of the blocks that may hold matching logs, rising.</summary>
    private static async ValueTask CollectAsync(RpcCall call, LogFilter filter, ulong from, ulong to, List<ulong> numbers)
    {
        ILedgerIndex index = call.Node.Services.Index;
        if (to >= Unindexed && index.Covered is { } old && old.Last.Value + Unindexed < to)
            await index.WaitAsync(new BatchNumber(to - Unindexed), call.Cancellation);
        if (index.Covered is { } covered && covered.First.Value <= to && from <= covered.Last.Value)
        {
            if (from < covered.First.Value) throw new HistoryUnavailableException($"logs before block {covered.First} are not indexed yet");
            (ulong start, ulong last) = (from, Math.Min(to, covered.Last.Value));
            numbers.AddRange(await PatientThreads.RunAsync(() => ValueTask.FromResult(new LogTerms(index, start, last).Blocks(filter))));
            from = last + 1;
        }
        for (; from <= to; from++) numbers.Add(from);
    }
}
