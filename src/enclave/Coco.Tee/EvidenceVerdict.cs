using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Tee;

/// <summary>What verified evidence says.</summary>
/// <param name="IsProtected">False on the software platform: its evidence proves nothing against the machine's owner.</param>
/// <param name="Measurement">Of the program.</param>
/// <param name="ReportData">The 64 bytes that the program chose (<see cref="AttestationClaims.ComputeReportData"/>).</param>
/// <param name="IssuedAtUnixMs">As the evidence says; on most platforms there is no such time, and this is zero.</param>
public sealed record EvidenceClaims(
    string Platform, bool IsProtected, bool IsDebug, ReadOnlyMemory<byte> Measurement, ReadOnlyMemory<byte> ReportData, ulong IssuedAtUnixMs)
{
    /// <summary>What stands between the program and the machine's owner.</summary>
    public Assurance Assurance { get; init; } = IsProtected ? Assurance.Hardware : Assurance.None;

    /// <summary>Everything else that the evidence says, by name, in a fixed order; for people and for audits.</summary>
    public ImmutableArray<EvidenceDetail> Details { get; init; } = [];

    /// <summary>What the verdict does not cover, as sentences: a missing revocation list, a kind of processor that is known to be broken.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Until when the collateral holds, after which the evidence must be judged again; null if there is none.</summary>
    public DateTimeOffset? HoldsUntil { get; init; }
}

/// <summary>Classes that are never equal: a policy or a reader must not take one for another.</summary>
public enum Assurance : byte
{
    /// <summary>Nothing: the software platform.</summary>
    None,

    /// <summary>A hypervisor that was measured at boot, and no encrypted memory: Windows VBS.</summary>
    SoftwareIsolated,

    /// <summary>The processor, with encrypted memory.</summary>
    Hardware,
}

/// <summary>One thing that evidence says. Bytes are lower-case hex behind 0x.</summary>
public sealed record EvidenceDetail(string Name, string Value)
{
    public static EvidenceDetail Hex(string name, ReadOnlySpan<byte> value) => new(name, "0x" + Convert.ToHexStringLower(value));
}

/// <summary>Why evidence or a peer is refused.</summary>
/// <param name="Check">The name of the check that failed, for programs: one of <see cref="EvidenceCheck"/>.</param>
/// <param name="Reason">A sentence for people.</param>
public sealed record EvidenceRefusal(string Check, string Reason);

/// <summary>Claims, or a refusal.</summary>
public sealed class EvidenceVerdict
{
    private EvidenceVerdict(EvidenceClaims? claims, EvidenceRefusal? refusal) => (Claims, Refusal) = (claims, refusal);

    public EvidenceClaims? Claims { get; }
    public EvidenceRefusal? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Claims))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Holds => Claims is not null;

    public static EvidenceVerdict Accept(EvidenceClaims claims) => new(claims, null);

    public static EvidenceVerdict Refuse(EvidenceRefusal refusal) => new(null, refusal);

    public static EvidenceVerdict Refuse(string check, string reason) => new(null, new EvidenceRefusal(check, reason));
}
