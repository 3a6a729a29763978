using Coco.Evm;
using Coco.Primitives;

namespace Coco.Conformance.Import;

/// <summary>The last block that was taken in.</summary>
public sealed record ImportedHead(ulong Number, string Hash, string StateRoot);

/// <summary>Why a block was not: its number, what was checked, what its network says and what was found.</summary>
public sealed record ImportProblem(ulong Block, string Check, string Expected, string Actual);

/// <summary>What <c>coco ethereum import --json</c> prints.</summary>
public sealed record ImportReport
{
    /// <summary>Blocks taken in, the genesis not among them.</summary>
    public required long Blocks { get; init; }
    public required long Transactions { get; init; }
    public required ulong Gas { get; init; }
    public required double Seconds { get; init; }

    /// <summary>Null where the genesis itself cannot be read.</summary>
    public required ImportedHead? Head { get; init; }
    public required ImportProblem? Problem { get; init; }

    /// <summary>The genesis file of the new network, if one was asked for and nothing is wrong.</summary>
    public string? Output { get; init; }
}
