using Coco.Log;
using Coco.Primitives;

namespace Coco.Audit;

/// <summary>What checking a ledger's folder found: the JSON document of <c>coco ledger verify</c>.</summary>
public sealed record LedgerCheck(
    ulong Entries, ulong FirstIndex, ulong LastIndex, string Root, ulong CommittedThrough, bool Holds, LedgerCheckProblem? Problem)
{
    /// <summary>
    /// Verifies every file of <paramref name="folder"/>, offline. <paramref name="identityFile"/> holds the network's id as 0x hex;
    /// without it the ledger shows only that it is one network's, not which one's.
    /// </summary>
    public static LedgerCheck Run(string folder, ulong from, string? identityFile)
    {
        NetworkId? identity = IdentityFile.Read(identityFile);
        LedgerFolderReader files = LedgerFolderReader.Open(folder);
        LedgerOpenOptions options = new() { From = new LogIndex(Math.Max(from, 1)), Network = identity?.Value };
        return Of(LedgerVerifier.Verify(files, new EvidenceAuthority(identity), options));
    }

    internal static LedgerCheck Of(LedgerVerification found) => new(
        found.Entries, found.FirstIndex.Value, found.LastIndex.Value, found.Root.ToString(), found.CommittedThrough.Value,
        found.Holds, found.Problem is { } problem ? new LedgerCheckProblem(problem.Index.Value, KindOf(problem.Kind), problem.Message) : null);

    private static string KindOf(LedgerProblemKind kind)
    {
        string name = kind.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}

/// <summary>The first thing wrong.</summary>
public sealed record LedgerCheckProblem(ulong Index, string Kind, string Message);
