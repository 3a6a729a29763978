using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>What a network asks of Windows VBS enclaves.</summary>
public sealed record VbsPolicy
{
    /// <summary>
    /// DER of the certificates that may vouch for a TPM's attestation key: a TPM maker's, or the operator's own after credential
    /// activation. Empty: nobody, so that all evidence is refused. There is no built-in one.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> AttestationRoots { get; init; } = [];

    /// <summary>SHA-256 of TPMT_PUBLIC of attestation keys that an operator trusts without a certificate.</summary>
    public ImmutableArray<string> AttestationKeys { get; init; } = [];

    /// <summary>Hex of authors (AuthorId); empty: not asked.</summary>
    public ImmutableArray<string> Authors { get; init; } = [];

    public uint MinSvn { get; init; }

    public uint MinSecureKernelSvn { get; init; }

    /// <summary>The bytes for which the TPM made its quote.</summary>
    public ImmutableArray<byte>? Nonce { get; init; }

    /// <summary>SHA-1 event logs prove nothing that is worth having; only for reading old ones.</summary>
    public bool IsSha1Allowed { get; init; }
}

/// <summary>What a network asks of Azure confidential VMs beside the rules of the processor.</summary>
public sealed record AzurePolicy
{
    /// <summary>The PCRs whose values make the measurement: boot loader and kernel, image, command line (docs/formats/evidence-azure.md).</summary>
    public ImmutableArray<int> MeasuredPcrs { get; init; } = [4, 7, 8, 9, 11, 12, 13];

    /// <summary>Microsoft's paravisor by its SNP measurement or MRTD, hex; empty: any.</summary>
    public ImmutableArray<string> Paravisors { get; init; } = [];

    /// <summary>The bytes for which the vTPM made its quote; null where the caller compares them as report data.</summary>
    public ImmutableArray<byte>? Nonce { get; init; }
}
