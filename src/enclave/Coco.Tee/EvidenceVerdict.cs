using System.Diagnostics.CodeAnalysis;

namespace Coco.Tee;

/// <summary>What verified evidence says.</summary>
/// <param name="IsProtected">False on the software platform: its evidence proves nothing against the machine's owner.</param>
/// <param name="Measurement">Of the program.</param>
/// <param name="ReportData">The 64 bytes that the program chose (<see cref="AttestationClaims.ComputeReportData"/>).</param>
/// <param name="IssuedAtUnixMs">As the evidence says; on most platforms there is no such time, and this is zero.</param>
public sealed record EvidenceClaims(
    string Platform, bool IsProtected, bool IsDebug, ReadOnlyMemory<byte> Measurement, ReadOnlyMemory<byte> ReportData, ulong IssuedAtUnixMs);

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

    public static EvidenceVerdict Refuse(string check, string reason) => new(null, new EvidenceRefusal(check, reason));
}

/// <summary>The names of checks, in the order in which they are made.</summary>
public static class EvidenceCheck
{
    public const string Platform = "platform";
    public const string Format = "format";
    public const string Signature = "signature";
    public const string IssuedAt = "issued-at";
    public const string Debug = "debug";
    public const string Measurement = "measurement";

    public const string Protocol = "protocol";
    public const string Deadline = "deadline";
    public const string ReportData = "report-data";
    public const string Network = "network";
    public const string Purpose = "purpose";
    public const string NodeName = "node-name";
    public const string NodeList = "node-list";
    public const string Role = "role";
    public const string TlsKey = "tls-key";
    public const string Nonce = "nonce";
    public const string NodeKey = "node-key";
}
