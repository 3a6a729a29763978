namespace Coco.Tee.Platforms;

/// <summary>
/// What goes with a report and does not come from the hardware: certificates, revocation lists, Intel's collateral, endorsements. The
/// operator, or a service of his, keeps the files fresh; a node makes no requests of its own.
/// </summary>
/// <param name="folder">Null: none.</param>
public sealed class CollateralFolder(string? folder)
{
    private static readonly (string Pattern, EvidencePart Part)[] Kinds =
        [("*.der", EvidencePart.Certificate), ("*.crl", EvidencePart.RevocationList), ("collateral.json", EvidencePart.Collateral), ("endorsement.cose", EvidencePart.Endorsement)];

    /// <summary>Adds the files in the order of their names; parts that the hardware gave stay.</summary>
    public void AddTo(EvidenceBundle bundle)
    {
        if (folder is null || !Directory.Exists(folder)) return;
        foreach ((string pattern, EvidencePart part) in Kinds)
        {
            if (bundle.Has(part)) continue;
            foreach (string file in Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)) bundle.Add(part, File.ReadAllBytes(file));
        }
    }
}
