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
}
