using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Supervisor;

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
        if (!Directory.Exists(folder)) throw new SupervisorException($"There is no folder {folder}.", isMissing: true);
        NetworkId? identity = identityFile is null ? null : ReadIdentity(identityFile);
        LedgerOpenOptions options = new() { From = new LogIndex(from), Network = identity?.Value };
        LedgerVerification found = LedgerVerifier.Verify(new LedgerFolderReader(folder), new LedgerAuthority(identity), options);
        return new LedgerCheck(found.Entries, found.FirstIndex.Value, found.LastIndex.Value, found.Root.ToString(), found.CommittedThrough.Value,
            found.Holds, found.Problem is { } problem ? new LedgerCheckProblem(problem.Index.Value, problem.Kind.ToString(), problem.Message) : null);
    }

    private static NetworkId ReadIdentity(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        return Hash256.TryParse(File.ReadAllText(file).Trim(), out Hash256 hash) ? new NetworkId(hash)
            : throw new SupervisorException($"{file} does not hold a network's id: 0x and 64 hex digits.");
    }
}

/// <summary>The first thing wrong.</summary>
public sealed record LedgerCheckProblem(ulong Index, string Kind, string Message);
