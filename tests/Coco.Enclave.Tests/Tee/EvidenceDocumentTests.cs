using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Evidence for a client (TEE-4), and what somebody in between could try with it.</summary>
public sealed class EvidenceDocumentTests : IDisposable
{
    private readonly HandshakeSide _node = new("a-1");
    private readonly Hash256 _nonce = new(RandomNumberGenerator.GetBytes(32));
    private readonly Hash256 _tlsKey = new(RandomNumberGenerator.GetBytes(32));

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Evidence_made_for_this_nonce_and_connection_is_accepted()
    {
        EvidenceVerdict verdict = Fetch(ClaimsFor(AttestationPurpose.Client)).Verify(HandshakeSide.Policy, _nonce, _tlsKey, Now);
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        Assert.False(verdict.Claims.IsProtected);
    }

    [Fact]
    public void A_replay_is_refused_by_its_nonce() =>
        Refused(EvidenceCheck.Nonce, Fetch(ClaimsFor(AttestationPurpose.Client)), new Hash256(RandomNumberGenerator.GetBytes(32)), _tlsKey);

    [Fact]
    public void A_relay_is_refused_by_the_TLS_key() =>
        Refused(EvidenceCheck.TlsKey, Fetch(ClaimsFor(AttestationPurpose.Client)), _nonce, new Hash256(RandomNumberGenerator.GetBytes(32)));

    [Fact]
    public void Evidence_of_a_link_between_nodes_is_refused_by_its_purpose() =>
        Refused(EvidenceCheck.Purpose, Fetch(ClaimsFor(AttestationPurpose.Peer)), _nonce, _tlsKey);

    [Fact]
    public void Another_key_of_the_node_is_refused() =>
        Refused(EvidenceCheck.NodeKey, Fetch(ClaimsFor(AttestationPurpose.Client)) with { NodeKey = new byte[65] }, _nonce, _tlsKey);

    [Fact]
    public void Other_claims_than_those_in_the_evidence_are_refused()
    {
        EvidenceDocument document = Fetch(ClaimsFor(AttestationPurpose.Client));
        Refused(EvidenceCheck.ReportData, document with { Claims = document.Claims with { Network = new NetworkId(HandshakeSide.HashOf(0x77)) } }, _nonce, _tlsKey);
        Refused(EvidenceCheck.ReportData, document with { Claims = document.Claims with { Node = "b-1" } }, _nonce, _tlsKey);
    }

    [Fact]
    public void Another_program_is_refused()
    {
        _node.Measurement = HandshakeSide.HashOf(0x99);
        Refused(EvidenceCheck.Measurement, Fetch(ClaimsFor(AttestationPurpose.Client)), _nonce, _tlsKey);
    }

    private static ulong Now => (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private AttestationClaims ClaimsFor(AttestationPurpose purpose) => new(
        HandshakeSide.Network, "a-1", EnclaveRole.Manager, _tlsKey, Sha256.Hash(_node.PublicKey.Span), _nonce, purpose);

    private EvidenceDocument Fetch(AttestationClaims claims)
    {
        byte[] json = EvidenceDocument.Write(claims, _node.Platform.Produce(claims.ComputeReportData()), _node.PublicKey.Span);
        Assert.True(EvidenceDocument.TryRead(json, out EvidenceDocument? read));
        return read;
    }

    private static void Refused(string check, EvidenceDocument document, Hash256 nonce, Hash256 tlsKey) =>
        Assert.Equal(check, document.Verify(HandshakeSide.Policy, nonce, tlsKey, Now).Refusal?.Check);
}
