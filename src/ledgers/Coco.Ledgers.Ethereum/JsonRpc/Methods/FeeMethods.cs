using System.Globalization;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Prices. Nobody is paid for including a transaction, so the tip that it takes is zero.</summary>
internal static class FeeMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_gasPrice", static call => NodeMethods.Simple(call, static call => call.Result.Quantity(NextBaseFee(call))));
        table.Add("eth_baseFee", static call => NodeMethods.Simple(call, static call => call.Result.Quantity(NextBaseFee(call))));
        table.Add("eth_maxPriorityFeePerGas", static call => NodeMethods.Simple(call, static call => call.Result.Quantity(0UL)));
        table.Add("eth_blobBaseFee", static call => NodeMethods.Simple(call, static call => call.Result.Quantity(BlobPrice(call))));
        table.Add("eth_feeHistory", FeeHistory);
    }

    private static UInt256 NextBaseFee(RpcCall call) => call.Node.Chain.Head is { } head ? NextBaseFee(call, head.Header) : default;

    private static UInt256 NextBaseFee(RpcCall call, BlockHeader header) =>
        call.Node.Settings.BaseFee == BaseFeePolicy.Zero || header.BaseFeePerGas is not { } baseFee ? default
            : BaseFees.Next(baseFee, header.GasUsed, header.GasLimit);

    private static UInt256 BlobPrice(RpcCall call) =>
        call.Node.Chain.Head is { } head ? BlockMethods.BlobPrice(call, head.Header) : UInt256.One;

    private static ValueTask<RpcError?> FeeHistory(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        ulong count = parameters.OptionalNumber(isRequired: true) ?? 0;
        BlockReference newest = parameters.BlockNumber();
        double[] percentiles = parameters.Doubles(RpcLimits.FeeHistoryPercentiles);
        RpcError? error = parameters.End() ?? Check(percentiles);
        return error is null ? FeeHistoryAsync(call, count, newest, percentiles) : new ValueTask<RpcError?>(error);
    }

    private static RpcError? Check(double[] percentiles)
    {
        if (percentiles.Length > RpcLimits.FeeHistoryPercentiles)
            return RpcError.Of($"invalid reward percentile: over the query limit {RpcLimits.FeeHistoryPercentiles}");
        for (int i = 0; i < percentiles.Length; i++)
        {
            if (percentiles[i] is < 0 or > 100) return RpcError.Of($"invalid reward percentile: {Fixed(percentiles[i])}");
            if (i > 0 && percentiles[i] <= percentiles[i - 1])
                return RpcError.Of($"invalid reward percentile: #{i - 1}:{Fixed(percentiles[i - 1])} >= #{i}:{Fixed(percentiles[i])}");
        }
        return null;
    }

    private static string Fixed(double value) => value.ToString("F6", CultureInfo.InvariantCulture);

    private static async ValueTask<RpcError?> FeeHistoryAsync(RpcCall call, ulong count, BlockReference newest, double[] percentiles)
    {
        ulong head = call.Node.HeadNumber;
        ulong last = newest.Tag switch { BlockTag.Number => newest.Number, BlockTag.Earliest => 0, _ => head };
        if (last > head) return RpcError.Of($"request beyond head block: requested {last}, head {head}");
        count = Math.Min(Math.Min(count, RpcLimits.FeeHistoryBlocks), last + 1);
        var blocks = new List<EthereumBlock>((int)count);
        for (ulong number = last + 1 - count; number <= last && count > 0; number++)
        {
            if (await call.Node.Chain.BlockAsync(number, call.Cancellation) is not { } block) return RpcError.UnknownBlock;
            if (!BlockMethods.IsVisible(call, block)) return RpcError.Denied;
            blocks.Add(block);
        }
        Write(call, blocks, percentiles);
        return null;
    }

    private static void Write(RpcCall call, List<EthereumBlock> blocks, double[] percentiles)
    {
        ByteWriter json = call.Result;
        json.WriteByte((byte)'{');
        json.Field("oldestBlock"u8, blocks.Count == 0 ? 0 : blocks[0].Number);
        if (blocks.Count > 0)
        {
            if (percentiles.Length > 0) WriteRewards(json, blocks, percentiles);
            WriteList(json, "baseFeePerGas"u8, blocks, (json, block) => json.Quantity(block.Header.BaseFeePerGas ?? default), isOpen: true);
            json.Separate();
            json.Quantity(NextBaseFee(call, blocks[^1].Header));
            json.WriteByte((byte)']');
        }
        WriteList(json, "gasUsedRatio"u8, blocks, static (json, block) => json.Number(Ratio(block.Header.GasUsed, block.Header.GasLimit)));
        if (blocks.Count > 0)
        {
            WriteList(json, "baseFeePerBlobGas"u8, blocks, (json, block) => json.Quantity(BlockMethods.BlobPrice(call, block.Header)), isOpen: true);
            json.Separate();
            json.Quantity(BlockMethods.BlobPrice(call, blocks[^1].Header));
            json.WriteByte((byte)']');
            WriteList(json, "blobGasUsedRatio"u8, blocks, (json, block) => json.Number(BlobRatio(call, block.Header)));
        }
        json.WriteByte((byte)'}');
    }

    private static void WriteList(
        ByteWriter json, ReadOnlySpan<byte> name, List<EthereumBlock> blocks, Action<ByteWriter, EthereumBlock> write, bool isOpen = false)
    {
        json.Name(name);
        json.WriteByte((byte)'[');
        foreach (EthereumBlock block in blocks)
        {
            json.Separate();
            write(json, block);
        }
        if (!isOpen) json.WriteByte((byte)']');
    }

    private static double Ratio(ulong used, ulong most) => most == 0 ? 0 : (double)used / most;

    private static double BlobRatio(RpcCall call, BlockHeader header) =>
        Ratio(header.BlobGasUsed ?? 0, (ulong)call.Node.Settings.Forks.BlobsAt(header.Timestamp).Max * BlockMethods.GasOfBlob);

    private static void WriteRewards(ByteWriter json, List<EthereumBlock> blocks, double[] percentiles) =>
        WriteList(json, "reward"u8, blocks, (json, block) =>
        {
            json.WriteByte((byte)'[');
            foreach (UInt256 reward in Rewards(block, percentiles))
            {
                json.Separate();
                json.Quantity(reward);
            }
            json.WriteByte((byte)']');
        });

    /// <summary>The tips at which the given parts of the block's gas were bought.</summary>
    private static UInt256[] Rewards(EthereumBlock block, double[] percentiles)
    {
        var rewards = new UInt256[percentiles.Length];
        if (block.Transactions.Count == 0) return rewards;
        UInt256 baseFee = block.Header.BaseFeePerGas ?? default;
        (UInt256 Tip, ulong Gas)[] sorted =
        [
            .. block.Transactions.Select((t, i) => (t.Transaction.EffectiveGasPrice(baseFee) - baseFee, block.Receipts[i].GasUsed)),
        ];
        Array.Sort(sorted, static (a, b) => a.Tip.CompareTo(b.Tip));
        int at = 0;
        ulong sum = sorted[0].Gas;
        for (int i = 0; i < rewards.Length; i++)
        {
            ulong threshold = (ulong)(block.Header.GasUsed * percentiles[i] / 100);
            while (sum < threshold && at < sorted.Length - 1) sum += sorted[++at].Gas;
            rewards[i] = sorted[at].Tip;
        }
        return rewards;
    }
}
