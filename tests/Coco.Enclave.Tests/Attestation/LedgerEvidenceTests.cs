using Coco.Attestation;
using Coco.Crypto;
using Coco.Keys;
using Coco.Primitives;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Attestation;

public sealed class LedgerEvidenceTests : IDisposable
{
    private static readonly Hash256 Network = Sha256.Hash("network"u8), Nonce = Sha256.Hash("nonce"u8), Measurement = Sha256.Hash("program"u8);

    private readonly EcdsaSigner _platformKey = EcdsaSigner.Generate(), _nodeKey = EcdsaSigner.Generate(), _otherKey = EcdsaSigner.Generate();
    private readonly ulong _now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private readonly TeePolicy _policy = new(["software"], [Convert.ToHexStringLower(Measurement.Span)], true, TeePolicy.UsualMaxAgeMs);

    public void Dispose()
    {
        _platformKey.Dispose();
        _nodeKey.Dispose();
        _otherKey.Dispose();
    }

    [Fact]
    public void Evidence_counts_for_one_key_of_one_VN_in_one_network_and_one_nonce()
    {
        AttestationClaims claims = LedgerEvidence.ClaimsOf(Network, "vn1", _nodeKey.PublicKey.Span, Nonce);
        byte[] evidence = new SoftwarePlatform(Measurement, _platformKey, TimeProvider.System, isDebug: true).Produce(claims.ComputeReportData()).Encode();
        Assert.True(LedgerEvidence.Verify(EvidenceVerifiers.All, evidence, claims, _policy, _now).Holds);
        foreach (AttestationClaims other in new[]
        {
            LedgerEvidence.ClaimsOf(Nonce, "vn1", _nodeKey.PublicKey.Span, Nonce),
            LedgerEvidence.ClaimsOf(Network, "vn2", _nodeKey.PublicKey.Span, Nonce),
            LedgerEvidence.ClaimsOf(Network, "vn1", _otherKey.PublicKey.Span, Nonce),
            LedgerEvidence.ClaimsOf(Network, "vn1", _nodeKey.PublicKey.Span, Network),
            claims with { Purpose = AttestationPurpose.Peer },
        })
            Assert.Equal(EvidenceCheck.ReportData, LedgerEvidence.Verify(EvidenceVerifiers.All, evidence, other, _policy, _now).Refusal?.Check);
        Assert.Equal(EvidenceCheck.Measurement, LedgerEvidence.Verify(EvidenceVerifiers.All, evidence, claims, _policy with { Measurements = [] }, _now).Refusal?.Check);
        Assert.Equal(EvidenceCheck.Format, LedgerEvidence.Verify(EvidenceVerifiers.All, evidence.AsSpan(1), claims, _policy, _now).Refusal?.Check);
    }
}
