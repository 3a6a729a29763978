using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Finds logs in ranges of blocks: by the blooms of all blocks, then in the blocks that may hold some.</summary>
internal static class LogSearch
{
    /// <summary>
    /// Writes what matches from block <paramref name="from"/> to <paramref name="to"/> as items of an array; stops after the block
    /// with which there are <paramref name="most"/>. Next is the first block that was not looked at.
    /// </summary>
    public static async ValueTask<(int Count, ulong Next)> WriteAsync(
        RpcCall call, LogFilter filter, ulong from, ulong to, int most)
    {
        int count = 0;
        for (ulong number = from; number <= to; number++)
        {
            if (!MayHold(call.Node, filter, number)) continue;
            if (await call.Node.Chain.BlockAsync(number, call.Cancellation) is { } block) count += Write(call, filter, block);
            if (count >= most) return (count, number + 1);
        }
        return (count, Math.Max(from, to + 1));
    }

    public static int Write(RpcCall call, LogFilter filter, EthereumBlock block)
    {
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

    private static bool MayHold(RpcNode node, LogFilter filter, ulong number)
    {
        Span<byte> bloom = stackalloc byte[Bloom.Size];
        return node.Ledger.Chain.TryGetBloom(number, bloom) && filter.MayMatch(bloom);
    }
}
