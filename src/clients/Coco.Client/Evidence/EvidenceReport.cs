using System.Collections.Immutable;
using Coco.Tee;

namespace Coco.Client;

/// <summary>What evidence says and whether it holds; the fields are those of <c>coco evidence --json</c>.</summary>
/// <param name="Holds">Null where nothing was verified.</param>
/// <param name="Check">The check that refused it, as in <see cref="EvidenceCheck"/>.</param>
public sealed record EvidenceReport(
    string Platform, SortedDictionary<string, object> Claims, bool? Holds, string? Check, string? Reason, ImmutableArray<string> Warnings)
{
    /// <summary>Verifies evidence that was fetched or read. A network's own policy comes from its constitution.</summary>
    public static EvidenceReport Verify(Coco.Tee.Evidence evidence, TeePolicy policy, DateTimeOffset now)
    {
        EvidenceVerdict verdict = EvidenceVerifiers.All.Verify(evidence, policy, (ulong)now.ToUnixTimeMilliseconds());
        return verdict.Holds
            ? new EvidenceReport(evidence.Platform, EvidenceSummary.Of(verdict.Claims), true, null, null, verdict.Claims.Warnings)
            : new EvidenceReport(evidence.Platform, EvidenceSummary.Of(evidence), false, verdict.Refusal.Check, verdict.Refusal.Reason, []);
    }

    /// <summary>Shows without verifying. Throws <see cref="UnknownEvidenceException"/> where nothing of it can be read.</summary>
    public static EvidenceReport Show(Coco.Tee.Evidence evidence)
    {
        SortedDictionary<string, object> claims = EvidenceSummary.Of(evidence);
        if (claims.Count == 0) throw new UnknownEvidenceException($"The report or quote can't be read as one of {evidence.Platform}: it is damaged or of an unknown version.");
        return new EvidenceReport(evidence.Platform, claims, null, null, null, ["nothing was verified: use verify"]);
    }
}
