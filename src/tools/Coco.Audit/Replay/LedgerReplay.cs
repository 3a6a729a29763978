using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Audit;

/// <summary>Something that came out otherwise than the ledger says.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Kind">decryption, record, publicPart, number, signature, requests, writeSet, results or claims.</param>
public sealed record ReplayMismatch(ulong Index, string Kind);

/// <summary>
/// What executing a ledger again from its genesis found: the JSON document of <c>coco ledger replay</c>. Verifies chain,
/// signatures and certificates as <see cref="LedgerCheck"/> does on the way.
/// </summary>
/// <param name="SignaturesChecked">Signatures of requests; key-value requests carry none.</param>
/// <param name="StateRoot">For Ethereum the last block's; for others the digest of the whole state. Null without a batch.</param>
public sealed record LedgerReplay(
    ulong Entries, ulong Transactions, ulong SignaturesChecked, IReadOnlyList<ReplayMismatch> Mismatches, string? StateRoot, bool Holds,
    ulong CommittedThrough, LedgerCheckProblem? Problem)
{
    /// <param name="files">The whole ledger, from genesis on.</param>
    /// <param name="keys">Trusted for the network's identity too.</param>
    /// <param name="executed">Told of each batch without a mismatch the entry and its claims, in order.</param>
    public static LedgerReplay Run(ILedgerFiles files, KeyFile keys, Action<LogIndex, BatchClaims>? executed = null)
    {
        using var authority = new ReplayAuthority(keys.Network, keys, executed);
        LedgerCheck check = LedgerCheck.Of(LedgerVerifier.Verify(files, authority, new LedgerOpenOptions { Network = keys.Network.Value }));
        return new LedgerReplay(
            check.Entries, authority.Batches?.Transactions ?? 0, authority.Batches?.SignaturesChecked ?? 0, authority.Mismatches,
            authority.Batches?.StateRoot?.ToString(), check.Holds && authority.Mismatches.Count == 0, check.CommittedThrough, check.Problem);
    }
}
