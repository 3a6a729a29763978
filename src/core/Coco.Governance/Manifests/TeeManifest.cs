using System.Collections.Immutable;

namespace Coco.Governance;

/// <summary>Which TEE platforms are accepted, by name, and what is asked of each (TEE-2). What is left out has the strict value.</summary>
/// <param name="IsDebugAllowed">For the software platform alone: evidence of a debuggable TEE on hardware is refused by its verifier.</param>
public sealed record TeeManifest(ImmutableArray<string> Platforms, bool IsDebugAllowed)
{
    public const string Software = "software";

    /// <summary>Of <c>sev-snp</c> and <c>azure-sev-snp</c>; null: the usual.</summary>
    public SevSnpRules? SevSnp { get; init; }

    public IntelRules? Sgx { get; init; }

    /// <summary>Of <c>tdx</c> and <c>azure-tdx</c>.</summary>
    public IntelRules? Tdx { get; init; }

    public VbsRules? Vbs { get; init; }

    /// <summary>Of both Azure platforms, beside the processor's.</summary>
    public AzureRules? Azure { get; init; }

    /// <summary>What the network knows of vendors' certificates, revocation lists and TCB levels.</summary>
    public ImmutableArray<Collateral> Collateral { get; init; } = [];
}

/// <summary>A vendor's signed data with its expiry: enclaves fetch nothing, so members or operators bring it in.</summary>
/// <param name="Name">Says what it is; another of the same name takes its place.</param>
/// <param name="ExpiresUnixMs">Not used from then on.</param>
/// <param name="Document">DER of a certificate or revocation list, or Intel's collateral as JSON; base64.</param>
public sealed record Collateral(string Name, CollateralKind Kind, ulong ExpiresUnixMs, string Document);

public enum CollateralKind : byte
{
    Certificate = 1,
    RevocationList,

    /// <summary>TCB info, QE identity and their chains, as in docs/formats/evidence-dcap.md.</summary>
    Intel,
}
