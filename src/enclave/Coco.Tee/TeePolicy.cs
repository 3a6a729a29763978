using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>What is accepted: the TEE manifest and the measurements of one role from the code manifest.</summary>
/// <param name="Platforms">By name. Empty: none.</param>
/// <param name="Measurements">Lower-case hex. Empty: none.</param>
/// <param name="MaxAgeMs">How old evidence may be where it says its time.</param>
public sealed record TeePolicy(
    ImmutableArray<string> Platforms, ImmutableArray<string> Measurements, bool IsDebugAllowed, ulong MaxAgeMs)
{
    public bool AcceptsMeasurement(ReadOnlySpan<byte> measurement) => Measurements.Contains(Convert.ToHexStringLower(measurement));
}
