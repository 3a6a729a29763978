namespace Coco.Audit;

/// <summary>Bounds of the auditor's tools.</summary>
internal static class Limits
{
    /// <summary>Mismatches that a replay lists; one that finds more has said enough, and stops.</summary>
    public const int MaxMismatches = 1_000;

    /// <summary>A key file: some session keys and a genesis file (16 MiB in a constitution, more beside it) as base64.</summary>
    public const int MaxKeyFileBytes = 256 << 20;

    /// <summary>Session keys in a key file: one for each epoch.</summary>
    public const int MaxSessionKeys = 4_096;
}
