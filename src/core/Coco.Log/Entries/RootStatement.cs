using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>What is signed of the ledger: in this network, at this place, the Merkle root was this one.</summary>
public readonly record struct RootStatement(Hash256 Network, Term Term, LogIndex Index, Hash256 Root)
{
    private const int LabelSize = 16;

    private static ReadOnlySpan<byte> LeaderLabel => "coco entry root "u8;
    private static ReadOnlySpan<byte> CoSignLabel => "coco cosign root"u8;

    /// <summary>What the maker of the entry signs: "I put this entry here".</summary>
    public Hash256 LeaderDigest() => Digest(LeaderLabel);

    /// <summary>What every VN that holds the entry on its disk signs. Another label, since the leader signs before it has synced.</summary>
    public Hash256 CoSignDigest() => Digest(CoSignLabel);

    private Hash256 Digest(ReadOnlySpan<byte> label)
    {
        Span<byte> statement = stackalloc byte[LabelSize + Hash256.Size + (2 * sizeof(ulong)) + Hash256.Size];
        label.CopyTo(statement);
        Network.CopyTo(statement[LabelSize..]);
        BinaryPrimitives.WriteUInt64LittleEndian(statement[48..], Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(statement[56..], Index.Value);
        Root.CopyTo(statement[64..]);
        return Sha256.Hash(statement);
    }
}
