namespace Coco.Tee;

/// <summary>Bounds of attestation; all of it is read from unknown senders.</summary>
public static class Limits
{
    /// <summary>Evidence with certificates and collateral; a TDX quote with all collateral is about 30 kB.</summary>
    public const int MaxEvidenceSize = 256 * 1024;

    /// <summary>A platform's or VN's name in bytes.</summary>
    public const int MaxNameSize = 64;

    /// <summary>One handshake message: evidence, claims, a key and a signature.</summary>
    public const int MaxMessageSize = MaxEvidenceSize + 4096;

    /// <summary>Why a peer refuses, in bytes; anything longer is cut.</summary>
    public const int MaxReasonSize = 512;

    /// <summary>How far the attester's clock may be ahead of the verifier's.</summary>
    public const ulong MaxClockLeadMs = 5 * 60 * 1000;

    /// <summary>Parts of one bundle: a quote, its collateral, a few certificates and revocation lists.</summary>
    public const int MaxBundleParts = 32;

    /// <summary>Certificates of one chain, root included; the vendors' have two or three.</summary>
    public const int MaxChainCertificates = 6;

    /// <summary>Chains that were verified and are kept: a machine shows one or two.</summary>
    public const int MaxVerifiedChains = 256;

    /// <summary>One certificate; the vendors' are below 2 kB.</summary>
    public const int MaxCertificateSize = 8 * 1024;

    /// <summary>A quote with its certificates; kernels give buffers of 8000 bytes.</summary>
    public const int MaxQuoteSize = 32 * 1024;

    /// <summary>The report of a TPM: a TPMS_ATTEST of a quote is below 300 bytes.</summary>
    public const int MaxTpmQuoteSize = 1024;

    /// <summary>A boot log; Windows machines write 40 to 120 kB.</summary>
    public const int MaxBootLogSize = 240 * 1024;

    /// <summary>Events of a boot log; the shortest event is 32 bytes.</summary>
    public const int MaxBootLogEvents = 8192;

    /// <summary>Nesting of Windows' boot events; real logs have two levels.</summary>
    public const int MaxBootEventDepth = 4;

    /// <summary>Signed collateral, in bytes of text.</summary>
    public const int MaxCollateralTextSize = 96 * 1024;

    /// <summary>Nesting of signed collateral; Intel's has five levels.</summary>
    public const int MaxJsonDepth = 16;

    /// <summary>A VBS enclave's package; the modules of one enclave are a few hundred bytes each.</summary>
    public const int MaxVbsReportSize = 16 * 1024;

    /// <summary>Verified collateral that a verifier keeps; a network has one per model of processor.</summary>
    public const int MaxCachedCollateral = 16;
}
