using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>What came of a transaction (yellow paper 4.4.1, EIP-658, EIP-2718).</summary>
public sealed class TransactionReceipt
{
    public required TransactionType Type { get; init; }
    public required bool IsSuccess { get; init; }

    /// <summary>The state root after the transaction; only before Byzantium.</summary>
    public Hash256? PostState { get; init; }

    public required ulong GasUsed { get; init; }
    public required ulong CumulativeGasUsed { get; init; }
    public required IReadOnlyList<LogEntry> Logs { get; init; }
    public required Bloom Bloom { get; init; }

    public static Bloom BloomOf(IReadOnlyList<LogEntry> logs)
    {
        if (logs.Count == 0) return Bloom.Empty;
        var bloom = new Bloom();
        for (int i = 0; i < logs.Count; i++) bloom.Add(logs[i]);
        return bloom;
    }

    /// <summary>The receipt's envelope, as it stands in the receipts trie.</summary>
    public void Write(ByteWriter writer)
    {
        if (Type != TransactionType.Legacy) writer.WriteByte((byte)Type);
        int list = writer.BeginList();
        if (PostState is { } root) writer.Rlp(root);
        else writer.Rlp(IsSuccess ? 1UL : 0UL);
        writer.Rlp(CumulativeGasUsed);
        writer.RlpBytes(Bloom.Span);
        int logs = writer.BeginList();
        for (int i = 0; i < Logs.Count; i++) Logs[i].WriteRlp(writer);
        writer.EndList(logs);
        writer.EndList(list);
    }
}
