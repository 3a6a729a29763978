using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>What a network asks of AMD SEV-SNP. What is left out has the strict value.</summary>
public sealed record SevSnpPolicy
{
    internal VendorRoots Roots { get; init; } = VendorRoots.Pinned;

    /// <summary>From 3 on the report names the processor; before, only the certificate does.</summary>
    public int MinReportVersion { get; init; } = 3;

    /// <summary>Empty: all that this version knows.</summary>
    public ImmutableArray<SnpProduct> Products { get; init; } = [];

    /// <summary>Whether a cloud's key (VLEK) may sign, which names no chip.</summary>
    public bool IsVlekAllowed { get; init; }

    /// <summary>The clouds whose VLEK may sign. Empty: any, where VLEK is allowed.</summary>
    public ImmutableArray<string> CspIds { get; init; } = [];

    /// <summary>0: the most privileged level alone. A guest under an SVSM runs at 1 or 2.</summary>
    public int MaxVmpl { get; init; }

    /// <summary>The least TCB by product, or of whatever product where <see cref="SnpMinimumTcb.Product"/> is null.</summary>
    public ImmutableArray<SnpMinimumTcb> MinimumTcb { get; init; } = [];

    /// <summary>Hex of chips; empty: any genuine one.</summary>
    public ImmutableArray<string> ChipIds { get; init; } = [];

    /// <summary>32 bytes that the host gave at launch, such as the digest of a container policy.</summary>
    public ImmutableArray<byte>? HostData { get; init; }

    /// <summary>Digests of the ID or author keys that may have signed the image. Empty: not asked.</summary>
    public ImmutableArray<string> SignerKeyDigests { get; init; } = [];

    public uint MinGuestSvn { get; init; }

    public bool IsSmtAllowed { get; init; } = true;

    /// <summary>Whether firmware must have looked for memory aliases (BadRAM, AMD-SB-3015).</summary>
    public bool IsAliasCheckRequired { get; init; }

    public bool IsRevocationListRequired { get; init; }

    /// <summary>Who may endorse a measurement that is not in the code manifest.</summary>
    public ImmutableArray<SnpEndorser> Endorsers { get; init; } = [];
}

/// <summary>The least security version numbers. The eight bytes are as in the report.</summary>
public sealed record SnpMinimumTcb(SnpProduct? Product, ImmutableArray<byte> Tcb);

/// <summary>A signer of COSE_Sign1 statements about launch measurements.</summary>
/// <param name="Issuer">did:x509 of the signer: root certificate's digest and the leaf's extended key usage.</param>
/// <param name="Feed">What the statement is about.</param>
/// <param name="MinSvn">The least guest SVN in the statement.</param>
public sealed record SnpEndorser(string Issuer, string Feed, uint MinSvn);
