using Coco.Client;
using Coco.Crypto;
using Coco.Enclave.Tests.Tee;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Enclave.Tests.Manager;

/// <summary>What a client's attested connection refuses (TEE-4), over real TLS.</summary>
public sealed class ClientEvidenceAttackTests : IDisposable
{
    private readonly HandshakeSide _node = new("a-1");
    private readonly EvidenceEndpoint _honest;

    public ClientEvidenceAttackTests()
    {
        EvidenceEndpoint? self = null;
        _honest = self = new EvidenceEndpoint(target => Task.FromResult(Document(NonceOf(target), self!.TlsKey)));
    }

    public void Dispose()
    {
        _honest.Dispose();
        _node.Dispose();
    }

    [Fact]
    public async Task Evidence_of_the_connections_own_key_is_accepted_and_pins_later_connections()
    {
        FetchedEvidence fetched = await FetchAsync(_honest);
        Assert.True(fetched.Report.Holds, fetched.Report.Reason);
        using var pinned = new HttpClient(EvidenceClient.HandlerFor(fetched.TlsKey));
        Assert.NotEmpty(await pinned.GetByteArrayAsync(new Uri(_honest.Address, $"/evidence.json?nonce={new string('0', 64)}")));
        using var other = new EvidenceEndpoint(_ => Task.FromResult<byte[]>([1]));
        await Assert.ThrowsAsync<HttpRequestException>(() => pinned.GetByteArrayAsync(other.Address));
    }

    [Fact]
    public async Task A_relay_that_ends_the_TLS_itself_is_refused_by_the_TLS_key()
    {
        using var client = new HttpClient(EvidenceClient.HandlerFor(_honest.TlsKey));
        using var relay = new EvidenceEndpoint(target => client.GetByteArrayAsync(new Uri(_honest.Address, target)));
        Assert.Equal(EvidenceCheck.TlsKey, (await FetchAsync(relay)).Report.Check);
    }

    [Fact]
    public async Task An_answer_that_was_recorded_and_is_given_again_is_refused_by_its_nonce()
    {
        EvidenceEndpoint? self = null;
        byte[]? recorded = null;
        using var replaying = self = new EvidenceEndpoint(target => Task.FromResult(recorded ??= Document(NonceOf(target), self!.TlsKey)));
        Assert.True((await FetchAsync(replaying)).Report.Holds);
        Assert.Equal(EvidenceCheck.Nonce, (await FetchAsync(replaying)).Report.Check);
    }

    [Fact]
    public async Task Evidence_for_another_purpose_or_of_another_program_or_no_evidence_is_refused()
    {
        EvidenceEndpoint? self = null;
        AttestationPurpose purpose = AttestationPurpose.Peer;
        using var endpoint = self = new EvidenceEndpoint(target => Task.FromResult(purpose == AttestationPurpose.Boundary ? [1, 2] : Document(NonceOf(target), self!.TlsKey, purpose)));
        Assert.Equal(EvidenceCheck.Purpose, (await FetchAsync(endpoint)).Report.Check);
        purpose = AttestationPurpose.Client;
        _node.Measurement = HandshakeSide.HashOf(0x99);
        Assert.Equal(EvidenceCheck.Measurement, (await FetchAsync(endpoint)).Report.Check);
        purpose = AttestationPurpose.Boundary;
        Assert.Equal(EvidenceCheck.Format, (await FetchAsync(endpoint)).Report.Check);
    }

    [Fact]
    public async Task Evidence_about_an_application_endpoint_is_about_the_key_that_it_shows()
    {
        using var application = new EvidenceEndpoint(_ => Task.FromResult<byte[]>([1]));
        using var impostor = new EvidenceEndpoint(_ => Task.FromResult<byte[]>([1]));
        using var admin = new EvidenceEndpoint(target => Task.FromResult(Document(NonceOf(target), target.EndsWith("&endpoint=client", StringComparison.Ordinal) ? application.TlsKey : Hash256.Zero)));
        FetchedEvidence fetched = await EvidenceClient.FetchAsync(admin.Address, HandshakeSide.Policy, DateTimeOffset.UtcNow, default, application.Address);
        Assert.True(fetched.Report.Holds, fetched.Report.Reason);
        Assert.Equal(application.TlsKey, fetched.TlsKey);
        fetched = await EvidenceClient.FetchAsync(admin.Address, HandshakeSide.Policy, DateTimeOffset.UtcNow, default, impostor.Address);
        Assert.Equal(EvidenceCheck.TlsKey, fetched.Report.Check);
    }

    [Fact]
    public async Task Plain_HTTP_is_no_way_to_evidence()
    {
        await Assert.ThrowsAsync<UnknownEvidenceException>(() => EvidenceClient.FetchAsync(new Uri("http://127.0.0.1:1"), HandshakeSide.Policy, DateTimeOffset.UtcNow, default));
        await Assert.ThrowsAsync<UnknownEvidenceException>(() => EvidenceClient.FetchAsync(_honest.Address, HandshakeSide.Policy, DateTimeOffset.UtcNow, default, new Uri("http://127.0.0.1:1")));
    }

    private static Task<FetchedEvidence> FetchAsync(EvidenceEndpoint endpoint) => EvidenceClient.FetchAsync(endpoint.Address, HandshakeSide.Policy, DateTimeOffset.UtcNow, default);

    private static Hash256 NonceOf(string target) => new(Convert.FromHexString(target.Split("nonce=")[1][..64]));

    private byte[] Document(Hash256 nonce, Hash256 tlsKey, AttestationPurpose purpose = AttestationPurpose.Client)
    {
        var claims = new AttestationClaims(HandshakeSide.Network, "a-1", EnclaveRole.Manager, tlsKey, Sha256.Hash(_node.PublicKey.Span), nonce, purpose);
        return EvidenceDocument.Write(claims, _node.Platform.Produce(claims.ComputeReportData()), _node.PublicKey.Span);
    }
}
