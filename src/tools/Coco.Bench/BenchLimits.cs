namespace Coco.Bench;

/// <summary>Bounds of a run.</summary>
internal static class BenchLimits
{
    /// <summary>One process may hold 1,024 descriptors by default on many systems; more must be raised by the operator first.</summary>
    public const int MaxConnections = 10_000;

    /// <summary>Nodes commonly refuse JSON-RPC batches beyond 1,000 calls.</summary>
    public const int MaxRpcBatch = 1_000;
}
