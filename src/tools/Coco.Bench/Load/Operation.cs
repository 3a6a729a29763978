namespace Coco.Bench;

/// <summary>One thing that the generator does: send transaction number <paramref name="Subject"/>, or read about it.</summary>
public readonly record struct Operation(OperationKind Kind, int Subject);

public enum OperationKind : byte
{
    Send,

    /// <summary>The token balance of a transaction's sender, by <c>eth_call</c>.</summary>
    ReadBalance,

    /// <summary>The receipt of a transaction sent earlier.</summary>
    ReadReceipt,

    /// <summary>The token's events in the latest block.</summary>
    ReadLogs,
}
