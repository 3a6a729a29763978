namespace Coco.Evm.Run;

/// <summary>Instructions that ask about the block.</summary>
internal static class BlockOps
{
    public static void BlockHash(Machine m, Operands s)
    {
        ulong number = m.Block.Number;
        bool inReach = s[0].IsUInt64 && s[0].U0 < number && number - s[0].U0 <= Limits.BlockHashes;
        s[0] = inReach ? new UInt256(m.Block.BlockHash(s[0].U0).Span) : default;
    }

    public static void BlobHash(Machine m, Operands s)
    {
        bool exists = s[0].IsUInt64 && s[0].U0 < (ulong)m.BlobHashes.Length;
        s[0] = exists ? new UInt256(m.BlobHashes[(int)s[0].U0].Span) : default;
    }
}
