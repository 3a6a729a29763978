using System.Security.Cryptography;
using Coco.Attestation;
using Coco.Consensus;
using Coco.Enclave.Tests.Manager;
using Coco.Enclave.Tests.Tee;
using Coco.Governance;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Enclave.Tests.Attestation;

/// <summary>What a worker in a TEE of its own goes on to prove, question by question and with clocks that the test moves (TEE-3).</summary>
public sealed class AttestedWorkerTests : IDisposable
{
    private static readonly LeaseSettings Leases = new(1_000, 5_000);
    private static readonly Hash256 Key = HandshakeSide.HashOf(0x31);

    private readonly SnpFixture _amd = new();
    private readonly ManualTime _time = new(SnpFixture.Now);
    private readonly AttestedWorker _worker;
    private GovernanceState? _state;

    public AttestedWorkerTests()
    {
        _state = StateOf(Leases, MeasurementOf(change: null));
        var verifiers = new EvidenceVerifiers([new SevSnpVerifier()]) { Roots = _amd.Roots };
        _worker = new AttestedWorker(() => _state, verifiers, _time, () => new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)), Claims, EvidenceFor(HandshakeSide.HashOf(1)));
    }

    private static AttestationClaims Claims => new(HandshakeSide.Network, "n0", EnclaveRole.Worker, Key, Hash256.Zero, Hash256.Zero, AttestationPurpose.Boundary);

    public void Dispose() => _amd.Dispose();

    [Fact]
    public void It_is_asked_once_each_interval_and_each_time_for_another_nonce()
    {
        Assert.Null(_worker.Due());
        var nonces = new HashSet<Hash256>();
        for (int round = 0; round < 20; round++)
        {
            _time.Pass(TimeSpan.FromMilliseconds(999));
            Assert.Null(_worker.Due());
            _time.Pass(TimeSpan.FromMilliseconds(1));
            Hash256 question = Assert.NotNull(_worker.Due());
            Assert.True(nonces.Add(question));
            Assert.Null(_worker.Due());
            Assert.Null(_worker.Take(question, EvidenceFor(question).Encode()));
            Assert.False(_worker.IsOver);
        }
    }

    [Fact]
    public void Without_leases_nothing_is_asked_and_nothing_ends()
    {
        _state = StateOf(leases: null, MeasurementOf(change: null));
        _time.Pass(TimeSpan.FromDays(1));
        Assert.Null(_worker.Due());
        Assert.False(_worker.IsOver);
    }

    [Fact]
    public void A_worker_that_answers_nothing_is_over_when_a_lease_would_be_and_not_before()
    {
        _time.Pass(TimeSpan.FromMilliseconds(4_999));
        Assert.False(_worker.IsOver);
        _time.Pass(TimeSpan.FromMilliseconds(1));
        Assert.True(_worker.IsOver);
    }

    [Fact]
    public void Evidence_that_comes_after_the_next_question_renews_nothing()
    {
        Hash256 first = Ask();
        byte[] late = EvidenceFor(first).Encode();
        Hash256 second = Ask();
        Assert.Null(_worker.Take(first, late));
        _time.Pass(TimeSpan.FromMilliseconds(2_999));
        Assert.False(_worker.IsOver);
        _time.Pass(TimeSpan.FromMilliseconds(1));
        Assert.True(_worker.IsOver);
        // The question of now is answered: it was late, but it is no one else's.
        Assert.Null(_worker.Take(second, EvidenceFor(second).Encode()));
        Assert.False(_worker.IsOver);
    }

    [Fact]
    public void One_answer_counts_once()
    {
        Hash256 question = Ask();
        byte[] answer = EvidenceFor(question).Encode();
        Assert.Null(_worker.Take(question, answer));
        _time.Pass(TimeSpan.FromMilliseconds(4_000));
        Assert.Null(_worker.Take(question, answer));
        _time.Pass(TimeSpan.FromMilliseconds(1_000));
        Assert.True(_worker.IsOver);
    }

    [Theory]
    [InlineData("of an earlier nonce", EvidenceCheck.ReportData)]
    [InlineData("of another TLS key", EvidenceCheck.ReportData)]
    [InlineData("of another VN", EvidenceCheck.ReportData)]
    [InlineData("made for a client", EvidenceCheck.ReportData)]
    [InlineData("of a debuggable guest", EvidenceCheck.Debug)]
    [InlineData("of another program", EvidenceCheck.Measurement)]
    [InlineData("no evidence", EvidenceCheck.Format)]
    public void Other_evidence_is_refused_by_name_renews_nothing_and_uses_up_the_question(string what, string check)
    {
        Hash256 question = Ask();
        AttestationClaims asked = Claims with { PeerNonce = question };
        Evidence evidence = what switch
        {
            "of an earlier nonce" => EvidenceFor(HandshakeSide.HashOf(1)),
            "of another TLS key" => EvidenceOf(asked with { TlsKeyDigest = HandshakeSide.HashOf(9) }),
            "of another VN" => EvidenceOf(asked with { Node = "n1" }),
            "made for a client" => EvidenceOf(asked with { Purpose = AttestationPurpose.Client }),
            "of a debuggable guest" => EvidenceOf(asked, report => report[0x0A] = 0x0B),
            "of another program" => EvidenceOf(asked, report => report[0x90] ^= 1),
            _ => new Evidence("sev-snp", default),
        };
        byte[] bytes = what == "no evidence" ? [1, 2, 3] : evidence.Encode();
        Assert.Equal(check, _worker.Take(question, bytes)?.Check);
        Assert.Null(_worker.Take(question, EvidenceFor(question).Encode()));
        _time.Pass(TimeSpan.FromMilliseconds(4_000));
        Assert.True(_worker.IsOver);
    }

    [Fact]
    public void New_manifests_judge_what_was_proved_last_at_the_time_of_that_proof()
    {
        Assert.Null(_worker.Judge(_state!));
        Hash256 question = Ask();
        _state = StateOf(Leases, MeasurementOf(change: null), MeasurementOf(report => report[0x90] ^= 1));
        Assert.Null(_worker.Take(question, EvidenceOf(Claims with { PeerNonce = question }, report => report[0x90] ^= 1).Encode()));
        // Long after its certificates have run out, what was proved when they held still counts.
        _time.Pass(TimeSpan.FromDays(3650));
        Assert.Null(_worker.Judge(_state));
        Assert.Equal(EvidenceCheck.Measurement, _worker.Judge(StateOf(Leases, MeasurementOf(change: null)))?.Check);
        Assert.Equal(EvidenceCheck.Platform, _worker.Judge(_state with { Constitution = _state.Constitution with { TeeManifest = new TeeManifest(["tdx"], IsDebugAllowed: false) } })?.Check);
    }

    private Hash256 Ask()
    {
        _time.Pass(TimeSpan.FromMilliseconds(Leases.RenewMs));
        return Assert.NotNull(_worker.Due());
    }

    private Evidence EvidenceFor(Hash256 nonce) => EvidenceOf(Claims with { PeerNonce = nonce });

    private Evidence EvidenceOf(AttestationClaims claims, Action<byte[]>? change = null) => new("sev-snp", _amd.Bundle(_amd.Report(report =>
    {
        claims.ComputeReportData().CopyTo(report, 0x50);
        change?.Invoke(report);
    })).Encode());

    private string MeasurementOf(Action<byte[]>? change) => Convert.ToHexStringLower(_amd.Report(change)[0x90..0xC0]);

    private static GovernanceState StateOf(LeaseSettings? leases, params string[] workers) => new(
        HandshakeSide.Network, GuestConstitution.Make(["127.0.0.1:1"], ["sev-snp"], [new string('a', 96)], workers, leases), new GovernanceVersion(1), [],
        new NodeId(2), Membership.Empty, [], [], []);
}
