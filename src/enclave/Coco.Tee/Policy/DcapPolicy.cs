using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>What a network asks of Intel SGX or TDX. What is left out has the strict value.</summary>
public sealed record DcapPolicy
{
    internal VendorRoots Roots { get; init; } = VendorRoots.Pinned;

    /// <summary>Which states of the platform's TCB are accepted. Revoked is refused even where it stands here.</summary>
    public ImmutableArray<TcbStatus> Statuses { get; init; } = [TcbStatus.UpToDate];

    /// <summary>Which advisories may be open; null: any of an accepted status.</summary>
    public ImmutableArray<string>? Advisories { get; init; }

    /// <summary>Older collateral is refused though it has not expired: an attester could choose it.</summary>
    public int MinTcbEvaluationDataNumber { get; init; }

    /// <summary>Hex of FMSPCs; empty: any.</summary>
    public ImmutableArray<string> Fmspcs { get; init; } = [];

    /// <summary>Hex of platform instance ids or PPIDs; empty: any genuine platform.</summary>
    public ImmutableArray<string> PlatformIds { get; init; } = [];

    /// <summary>SGX: hex of MRSIGNER; empty: not asked.</summary>
    public ImmutableArray<string> Signers { get; init; } = [];

    /// <summary>SGX: the product id beside the signer.</summary>
    public ushort? ProductId { get; init; }

    /// <summary>SGX: the enclave's least security version.</summary>
    public ushort MinSvn { get; init; }

    /// <summary>
    /// TDX: whether the host must not be able to surprise the guest with page faults. Azure's verifier does not ask: there the
    /// paravisor, whose code Microsoft answers for, takes them.
    /// </summary>
    public bool IsSeptVeDisableRequired { get; init; } = true;

    /// <summary>TDX: whether the guest may be moved by a migration TD.</summary>
    public bool IsMigratableAllowed { get; init; }

    /// <summary>TDX: hex of service TDs' digests that may be bound; empty: none may.</summary>
    public ImmutableArray<string> ServiceTds { get; init; } = [];

    /// <summary>TDX: extended features that the guest may use, as a mask; null: any.</summary>
    public ulong? AllowedXfam { get; init; }

    /// <summary>
    /// False: a quote without collateral is accepted when its own signatures and certificates hold, and the claims say that
    /// nothing is known of TCB and revocation. For looking at evidence; a network leaves it true.
    /// </summary>
    public bool IsCollateralRequired { get; init; } = true;
}
