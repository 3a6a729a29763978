using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>What is accepted: the TEE manifest and the measurements of one role from the code manifest.</summary>
/// <param name="Platforms">By name. Empty: none.</param>
/// <param name="Measurements">Lower-case hex. Empty: none.</param>
/// <param name="IsDebugAllowed">Only the software platform heeds it; a debuggable TEE on hardware is always refused.</param>
/// <param name="MaxAgeMs">How old evidence may be where it says its time.</param>
public sealed record TeePolicy(
    ImmutableArray<string> Platforms, ImmutableArray<string> Measurements, bool IsDebugAllowed, ulong MaxAgeMs)
{
    /// <summary>Where evidence says its time (the software platform's does) it may be this old; this only bounds clocks that are far off.</summary>
    public const ulong UsualMaxAgeMs = 24UL * 60 * 60 * 1000;

    /// <summary>
    /// Where no constitution says it: the programs that an operator names, on hardware of any kind if <paramref name="own"/> is hardware; if
    /// it names none, the same program on the same platform.
    /// </summary>
    /// <param name="measurements">Hex, with or without 0x, commas between; null: none are named.</param>
    public static TeePolicy Expecting(ITeePlatform own, EvidenceVerifiers verifiers, string? measurements)
    {
        if (measurements is null) return new TeePolicy([own.Name], [Convert.ToHexStringLower(own.Measurement.Span)], !own.IsProtected, UsualMaxAgeMs);
        string[] platforms = own.IsProtected ? [.. verifiers.Platforms.Where(name => name != SoftwareEvidence.PlatformName)] : [own.Name];
        return new TeePolicy(
            [.. platforms], [.. measurements.Replace("0x", "", StringComparison.Ordinal).Split(',')], !own.IsProtected, UsualMaxAgeMs);
    }

    /// <summary>For tools that ask only whether evidence is genuine; a network never sets it.</summary>
    public bool IsAnyMeasurementAccepted { get; init; }

    /// <summary>The 64 bytes that the evidence must hold; null where the caller compares them (the attested handshake does).</summary>
    public ImmutableArray<byte>? ReportData { get; init; }

    /// <summary>What the network knows of vendors' certificates, revocation lists and TCB levels, beside what comes with evidence.</summary>
    public ImmutableArray<NetworkCollateral> Collateral { get; init; } = [];

    public SevSnpPolicy SevSnp { get; init; } = new();

    public DcapPolicy Sgx { get; init; } = new();

    public DcapPolicy Tdx { get; init; } = new();

    public VbsPolicy Vbs { get; init; } = new();

    public AzurePolicy Azure { get; init; } = new();

    /// <summary>This policy, with chains that lead to other roots than the vendors'.</summary>
    internal TeePolicy Under(VendorRoots roots) => ReferenceEquals(roots, VendorRoots.Pinned) ? this : this with
    {
        SevSnp = SevSnp with { Roots = roots },
        Sgx = Sgx with { Roots = roots },
        Tdx = Tdx with { Roots = roots },
    };

    public bool AcceptsMeasurement(ReadOnlySpan<byte> measurement) =>
        IsAnyMeasurementAccepted || Measurements.Contains(Convert.ToHexStringLower(measurement));

    /// <summary>Null if the evidence is about the bytes that are asked for.</summary>
    public EvidenceRefusal? CheckReportData(ReadOnlySpan<byte> reportData) =>
        ReportData is { } wanted && !reportData.SequenceEqual(wanted.AsSpan())
            ? new EvidenceRefusal(EvidenceCheck.ReportData, $"the report data is {Convert.ToHexStringLower(reportData)}, not what was asked for")
            : null;

    /// <summary>Null if the code manifest has the measurement.</summary>
    public EvidenceRefusal? CheckMeasurement(ReadOnlySpan<byte> measurement) => AcceptsMeasurement(measurement)
        ? null
        : new EvidenceRefusal(EvidenceCheck.Measurement, $"the measurement {Convert.ToHexStringLower(measurement)} is not in the code manifest");
}
