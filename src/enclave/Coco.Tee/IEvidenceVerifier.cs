namespace Coco.Tee;

/// <summary>
/// Verifies one platform's evidence. The law: a pure function of bytes, policy and time, without network or clock; it never
/// throws, whatever the bytes; it refuses on the first check that fails, named as in <see cref="EvidenceCheck"/>; every bit of
/// evidence that it accepts is covered by a signature.
/// </summary>
public interface IEvidenceVerifier
{
    /// <summary>As in the constitution's TEE manifest.</summary>
    string Platform { get; }

    EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs);
}
