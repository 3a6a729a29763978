namespace Coco.Tee;

/// <summary>The names of checks. The first that fails is the one that a refusal names; docs/formats/evidence-*.md has their order.</summary>
public static class EvidenceCheck
{
    public const string Platform = "platform";
    public const string Format = "format";
    public const string ReportVersion = "report-version";
    public const string Chain = "chain";
    public const string Collateral = "collateral";
    public const string CollateralExpired = "collateral-expired";
    public const string CrlIssuer = "crl-issuer";
    public const string CrlSignature = "crl-signature";
    public const string Revoked = "revoked";
    public const string Signature = "signature";
    public const string IssuedAt = "issued-at";
    public const string SigningKey = "signing-key";
    public const string Product = "product";
    public const string ChipId = "chip-id";
    public const string CspId = "csp-id";
    public const string Tcb = "tcb";
    public const string Debug = "debug";
    public const string GuestPolicy = "guest-policy";
    public const string MigrationAgent = "migration-agent";
    public const string Vmpl = "vmpl";
    public const string PlatformInfo = "platform-info";
    public const string Svn = "svn";
    public const string Measurement = "measurement";
    public const string Endorsement = "endorsement";
    public const string HostData = "host-data";
    public const string Signer = "signer";

    public const string QuoteSignature = "quote-signature";
    public const string QeReportSignature = "qe-report-signature";
    public const string QeReportData = "qe-report-data";
    public const string QeIdentity = "qe-identity";
    public const string QeIdentitySignature = "qe-identity-signature";
    public const string TcbInfoType = "tcb-info-type";
    public const string TcbInfoSignature = "tcb-info-signature";
    public const string Fmspc = "fmspc";
    public const string TdxModule = "tdx-module";
    public const string TdAttributes = "td-attributes";
    public const string ServiceTd = "service-td";

    public const string HclBinding = "hcl-binding";
    public const string TpmQuote = "tpm-quote";
    public const string PcrDigest = "pcr-digest";
    public const string LogDigest = "log-digest";
    public const string LogReplay = "log-replay";
    public const string VsmOff = "vsm-off";
    public const string BootDebug = "boot-debug";

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
