using Coco.Primitives;
using Coco.Tee;

namespace Coco.Simulation.Nodes;

/// <summary>
/// The platform of simulated workers: its evidence is the measurement and the report data as they are. Nobody forges it; what hosts can do with
/// evidence is in <see cref="WorkerTee"/>.
/// </summary>
internal sealed class SimulatedPlatform : IEvidenceVerifier
{
    public static EvidenceVerifiers Verifiers { get; } = new(new SimulatedPlatform());

    /// <summary>The one that the simulated constitution accepts.</summary>
    public string Platform => SoftwareEvidence.PlatformName;

    public static Evidence Make(in Hash256 measurement, AttestationClaims claims) =>
        new(SoftwareEvidence.PlatformName, (byte[])[.. measurement.Span, .. claims.ComputeReportData()]);

    public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs)
    {
        if (evidence.Length != Hash256.Size + AttestationClaims.ReportDataSize) return EvidenceVerdict.Refuse(EvidenceCheck.Format, "it is of another length");
        byte[] measurement = evidence[..Hash256.Size].ToArray(), reportData = evidence[Hash256.Size..].ToArray();
        return (policy.CheckMeasurement(measurement) ?? policy.CheckReportData(reportData)) is { } refusal
            ? EvidenceVerdict.Refuse(refusal)
            : EvidenceVerdict.Accept(new EvidenceClaims(Platform, IsProtected: false, IsDebug: true, measurement, reportData, nowUnixMs));
    }
}
