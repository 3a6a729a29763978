using Coco.Primitives;

namespace Coco.Log;

/// <summary>The public part of a batch entry: enough for a receipt to prove a transaction without the ciphertext (STO-3).</summary>
/// <param name="Number">The batch.</param>
/// <param name="Claims">The Merkle root over its transactions and their results (<see cref="BatchClaims"/>).</param>
/// <param name="Transactions">How many.</param>
public readonly record struct BatchPublicPart(BatchNumber Number, Hash256 Claims, int Transactions)
{
    public const int Size = sizeof(ulong) + Hash256.Size + sizeof(uint);

    public void Write(ByteWriter writer)
    {
        writer.WriteUInt64(Number.Value);
        writer.WriteHash(Claims);
        writer.WriteUInt32((uint)Transactions);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchPublicPart part)
    {
        part = default;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadUInt64(out ulong number) || !reader.TryReadHash(out Hash256 claims)
            || !reader.TryReadUInt32(out uint count) || count > Limits.MaxBatchTransactions || !reader.IsAtEnd) return false;
        part = new BatchPublicPart(new BatchNumber(number), claims, (int)count);
        return true;
    }
}
