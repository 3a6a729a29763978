namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>A block to be simulated, with its number and time.</summary>
internal sealed record PlannedBlock(ulong Number, ulong Time, SimulatedBlockInput Input);

/// <summary>Puts the blocks of a simulation in order: numbers and times that are not given follow, gaps get empty blocks.</summary>
internal static class SimulationPlan
{
    private const int BlockNumberInvalid = -38020;
    private const int BlockTimeInvalid = -38021;
    private const int LimitExceeded = -38026;

    /// <summary>Seconds between blocks, as in geth.</summary>
    private const ulong TimeStep = 12;

    public static RpcError TooManyBlocks { get; } = new(LimitExceeded, "too many blocks");

    public static RpcError? TryMake(SimulateInput input, BlockHeader start, out List<PlannedBlock> blocks)
    {
        blocks = [];
        if (input.Blocks.Count == 0) return RpcError.InvalidParams("empty input");
        if (input.Blocks.Count > RpcLimits.SimulatedBlocks) return TooManyBlocks;
        ulong number = start.Number, time = start.Timestamp;
        foreach (SimulatedBlockInput block in input.Blocks)
        {
            ulong next = block.Block.Number ?? number + 1;
            if (next <= number) return new RpcError(BlockNumberInvalid, $"block numbers must be in order: {next} <= {number}");
            if (next - start.Number > RpcLimits.SimulatedBlocks) return TooManyBlocks;
            for (number++; number < next; number++)
            {
                time += TimeStep;
                blocks.Add(new PlannedBlock(number, time, new SimulatedBlockInput(new BlockOverrides(), null, [])));
            }
            if (block.Block.Time is { } given && given <= time)
                return new RpcError(BlockTimeInvalid, $"block timestamps must be in order: {given} <= {time}");
            time = block.Block.Time ?? time + TimeStep;
            blocks.Add(new PlannedBlock(number, time, block));
        }
        return null;
    }
}
