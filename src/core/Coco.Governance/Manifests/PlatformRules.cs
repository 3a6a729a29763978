using System.Collections.Immutable;

namespace Coco.Governance;

/// <summary>What is asked of AMD SEV-SNP (docs/formats/evidence-sev-snp.md). Hex is lower-case, without 0x.</summary>
public sealed record SevSnpRules
{
    public ImmutableArray<SnpTcbRule> MinimumTcb { get; init; } = [];

    /// <summary>Empty: all that this version knows.</summary>
    public ImmutableArray<string> Products { get; init; } = [];

    /// <summary>Empty: any genuine chip.</summary>
    public ImmutableArray<string> ChipIds { get; init; } = [];

    /// <summary>Whether a cloud's key (VLEK), which names no chip, may sign.</summary>
    public bool IsVlekAllowed { get; init; }
    public ImmutableArray<string> CspIds { get; init; } = [];
    public int MaxVmpl { get; init; }
    public int MinReportVersion { get; init; } = 3;
    public uint MinGuestSvn { get; init; }
    public bool IsSmtAllowed { get; init; } = true;
    public bool IsAliasCheckRequired { get; init; }
    public bool IsRevocationListRequired { get; init; }

    /// <summary>32 bytes given at launch; empty: not asked.</summary>
    public string HostData { get; init; } = "";
    public ImmutableArray<string> SignerKeyDigests { get; init; } = [];
}

/// <param name="Product">Null: whatever product has no rule of its own.</param>
/// <param name="Tcb">The eight bytes as in the report, hex.</param>
public sealed record SnpTcbRule(string? Product, string Tcb);

/// <summary>What is asked of Intel SGX or TDX (docs/formats/evidence-dcap.md).</summary>
public sealed record IntelRules
{
    public ImmutableArray<string> TcbStatuses { get; init; } = ["UpToDate"];

    /// <summary>Which advisories may be open; null: any of an accepted status.</summary>
    public ImmutableArray<string>? Advisories { get; init; }
    public int MinTcbEvaluationDataNumber { get; init; }
    public ImmutableArray<string> Fmspcs { get; init; } = [];
    public ImmutableArray<string> PlatformIds { get; init; } = [];

    /// <summary>SGX: MRSIGNER; empty: not asked.</summary>
    public ImmutableArray<string> Signers { get; init; } = [];
    public int MinSvn { get; init; }

    /// <summary>TDX.</summary>
    public bool IsMigratableAllowed { get; init; }
    public ImmutableArray<string> ServiceTds { get; init; } = [];
}

/// <summary>What is asked of Windows VBS enclaves (docs/formats/evidence-vbs.md).</summary>
public sealed record VbsRules
{
    /// <summary>Base64 of DER certificates that may vouch for a TPM's key.</summary>
    public ImmutableArray<string> AttestationRoots { get; init; } = [];
    public ImmutableArray<string> AttestationKeys { get; init; } = [];
    public ImmutableArray<string> Authors { get; init; } = [];
    public uint MinSvn { get; init; }
    public uint MinSecureKernelSvn { get; init; }
}

/// <summary>What is asked of Azure's confidential VMs beside the processor (docs/formats/evidence-azure.md).</summary>
public sealed record AzureRules
{
    /// <summary>Microsoft's paravisor by its launch measurement; empty: any.</summary>
    public ImmutableArray<string> Paravisors { get; init; } = [];
}

/// <summary>Words of vendors that a rule may use.</summary>
public static class PlatformWords
{
    public static ImmutableArray<string> Products { get; } = ["Milan", "Genoa", "Turin"];

    /// <summary>Intel's TCB states without Revoked and NotSupported, which are never accepted.</summary>
    public static ImmutableArray<string> TcbStatuses { get; } =
    [
        "UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDate",
        "OutOfDateConfigurationNeeded", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded",
    ];
}
