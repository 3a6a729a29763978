namespace Coco.Boundary;

/// <summary>What a worker needs of the constitution, as of one governance version.</summary>
/// <param name="MaxBatchTransactions">Transactions in a batch at most.</param>
/// <param name="MaxBatchBytes">Bytes of their requests at most.</param>
/// <param name="HoldMs">How long a client waits for a commit before its transaction counts as held, in milliseconds.</param>
/// <param name="NodeCount">VNs in the VN list.</param>
public sealed record PolicyView(uint MaxBatchTransactions, uint MaxBatchBytes, ulong HoldMs, uint NodeCount);
