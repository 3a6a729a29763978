using Coco.Governance;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Attestation;

/// <summary>
/// A worker in a TEE of its own that was let in, and what it must go on to prove (TEE-3): fresh evidence of the same TLS key every time that
/// a VN's lease is renewed, and evidence that governance still accepts.
/// </summary>
/// <param name="state">Governance as of now; null: it is not known.</param>
/// <param name="draw">A nonce that nobody can foresee.</param>
/// <param name="claims">What its evidence must say; the nonce is each question's own.</param>
/// <param name="shown">With what it was let in.</param>
public sealed class AttestedWorker(
    Func<GovernanceState?> state, EvidenceVerifiers verifiers, TimeProvider time, Func<Hash256> draw, AttestationClaims claims, Evidence shown)
{
    private readonly Lock _lock = new();
    private Evidence _evidence = shown;
    private ulong _acceptedUnixMs = UnixMs(time);
    private long _accepted = time.GetTimestamp();
    private long _asked = time.GetTimestamp();
    private Hash256? _nonce;

    /// <summary>The digest of the TLS key that its evidence names.</summary>
    public Hash256 TlsKey => claims.TlsKeyDigest;

    /// <summary>It gave no accepted evidence for as long as a lease lasts.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock) return state()?.Constitution.Leases is { } leases && time.GetElapsedTime(_accepted).TotalMilliseconds >= leases.DurationMs;
        }
    }

    /// <summary>
    /// Null: what it proved last is accepted under this governance too. At the time of that proof, so that a change sends nobody away for
    /// evidence that will be made anew anyway.
    /// </summary>
    public EvidenceRefusal? Judge(GovernanceState present)
    {
        lock (_lock) return verifiers.Verify(_evidence, PolicyAt(present, _acceptedUnixMs), _acceptedUnixMs).Refusal;
    }

    /// <summary>The nonce for which it is to give fresh evidence, when it is time to ask.</summary>
    public Hash256? Due()
    {
        lock (_lock)
        {
            if (state()?.Constitution.Leases is not { } leases || time.GetElapsedTime(_asked).TotalMilliseconds < leases.RenewMs) return null;
            _asked = time.GetTimestamp();
            _nonce = draw();
            return _nonce;
        }
    }

    /// <summary>Null: the evidence holds, or nobody waits for it.</summary>
    public EvidenceRefusal? Take(in Hash256 nonce, ReadOnlySpan<byte> given)
    {
        lock (_lock)
        {
            if (_nonce != nonce || state() is not { } present) return null;
            _nonce = null;
            if (!Evidence.TryDecode(given, out Evidence? evidence))
                return new EvidenceRefusal(EvidenceCheck.Format, "the bytes are not evidence of this version");
            ulong now = UnixMs(time);
            AttestationClaims asked = claims with { PeerNonce = nonce };
            EvidenceVerdict verdict = verifiers.Verify(evidence, PolicyAt(present, now), now);
            if (!verdict.Holds) return verdict.Refusal;
            if (!verdict.Claims.ReportData.Span.SequenceEqual(asked.ComputeReportData()))
                return new EvidenceRefusal(EvidenceCheck.ReportData, "the evidence is not about this worker's TLS key and this nonce");
            (_evidence, _acceptedUnixMs, _accepted) = (evidence, now, time.GetTimestamp());
            return null;
        }
    }

    private static TeePolicy PolicyAt(GovernanceState present, ulong unixMs) => ManifestPolicy.Of(present.Constitution, CodeRole.Worker, unixMs);

    private static ulong UnixMs(TimeProvider time) => (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
}
