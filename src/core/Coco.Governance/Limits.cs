namespace Coco.Governance;

/// <summary>Bounds of governance; everything here is read by every VN and kept in memory.</summary>
public static class Limits
{
    /// <summary>A constitution in bytes. Most of it is the ledger's own settings: an Ethereum genesis with its accounts.</summary>
    public const int MaxConstitutionSize = 16 * 1024 * 1024;

    /// <summary>One signed request of a member in bytes: some certificates and measurements.</summary>
    public const int MaxRequestSize = 64 * 1024;

    /// <summary>Evidence with its certificates and collateral; a TDX quote with all collateral is about 30 kB.</summary>
    public const int MaxEvidenceSize = 256 * 1024;

    /// <summary>One encoded entry: the genesis entry is the largest.</summary>
    public const int MaxEntrySize = MaxConstitutionSize + MaxEvidenceSize + 4096;

    /// <summary>Depth of JSON; the deepest of ours is 6, ledgers' genesis files stay below 16.</summary>
    public const int MaxJsonDepth = 32;

    public const int MaxMembers = 256;
    public const int MaxParticipants = 1024;

    /// <summary>VNs; the quorum's signatures and heartbeats grow with them.</summary>
    public const int MaxNodes = 64;

    public const int MaxMeasurements = 256;
    public const int MaxPlatforms = 16;
    public const int MaxPublishers = 16;

    /// <summary>Documents of vendors: for each model of processor one or two.</summary>
    public const int MaxCollateral = 32;

    /// <summary>One of them as base64: Intel's for one model is about 30 kB, and a request must hold it.</summary>
    public const int MaxCollateralSize = 60 * 1024;

    public const int MaxActions = 32;

    /// <summary>A certificate as PEM text in characters.</summary>
    public const int MaxCertificateSize = 16 * 1024;

    public const int MaxNameLength = 64;
    public const int MaxAddressLength = 300;

    /// <summary>Open proposals of the network, and of one member, so that none can shut the others out.</summary>
    public const int MaxOpenProposals = 128;
    public const int MaxOpenProposalsOfMember = 16;

    /// <summary>Closed proposals that are remembered, the latest ones, for those who ask how a vote ended.</summary>
    public const int MaxClosedProposals = 256;

    /// <summary>A reason why a proposal failed, in characters.</summary>
    public const int MaxReasonLength = 1024;

    /// <summary>How far a member's clock may be ahead of the leader's, so that a wrong year does not shut the member out.</summary>
    public const ulong MaxClockLeadMs = 10 * 60 * 1000;

    /// <summary>An encoded state: the constitution and the open proposals.</summary>
    public const int MaxStateSize = MaxConstitutionSize + (MaxOpenProposals * MaxRequestSize) + (1024 * 1024);
}
