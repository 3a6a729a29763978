using Coco.Tee;

namespace Coco.Conformance;

/// <summary>Which checks are a sound answer to a case's reason: the same by another name, or one that must fail as well and comes before.</summary>
internal static class EvidenceReasons
{
    private static readonly Dictionary<string, string[]> Others = new(StringComparer.Ordinal)
    {
        ["collateral-expired"] = [EvidenceCheck.Chain],
        ["chip-id"] = [EvidenceCheck.Signature],
        ["revoked"] = [EvidenceCheck.Tcb],
        ["td-attributes"] = [EvidenceCheck.ServiceTd],
        ["service-td"] = [EvidenceCheck.TdAttributes],
        ["migration"] = [EvidenceCheck.MigrationAgent, EvidenceCheck.TdAttributes],
        ["collateral-signature"] = [EvidenceCheck.TcbInfoSignature, EvidenceCheck.QeIdentitySignature, EvidenceCheck.CrlSignature],
        ["crl"] = [EvidenceCheck.CrlIssuer, EvidenceCheck.CrlSignature, EvidenceCheck.Revoked],
        ["binding"] = [EvidenceCheck.HclBinding],
        ["version"] = [EvidenceCheck.ReportVersion, EvidenceCheck.Format],
    };

    /// <summary>The reasons that a note may add: "chip-id or tcb are right reasons too".</summary>
    private static readonly (string Words, string Check)[] Notes =
    [
        ("chip-id", EvidenceCheck.ChipId), ("tcb", EvidenceCheck.Tcb), ("PCK CRL of the other CA", EvidenceCheck.CrlIssuer),
        ("invalid point", EvidenceCheck.QuoteSignature), ("either reason", EvidenceCheck.Debug),
    ];

    public static bool IsSound(EvidenceCase asked, string? check)
    {
        if (check is null) return false;
        if (check == asked.Reason || (Others.TryGetValue(asked.Reason, out string[]? others) && others.Contains(check))) return true;
        bool allowsMore = asked.Note.Contains("right", StringComparison.Ordinal);
        return allowsMore && Notes.Any(note => note.Check == check && asked.Note.Contains(note.Words, StringComparison.Ordinal));
    }
}
