using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Boundary;
using Coco.Enclave.Tests.Tee;
using Coco.Primitives;
using Coco.Tee;
using Coco.Worker;

namespace Coco.Enclave.Tests.Manager;

/// <summary>
/// A manager and a worker in TEEs of their own, on stand-ins of an SNP and a TDX guest: what a worker must prove before the manager certifies
/// its TLS key, and what it asks of the manager.
/// </summary>
public sealed class WorkerAttestationTests : IDisposable
{
    private static readonly byte[] PlainHello = [9, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    private readonly BoundaryBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_worker_with_accepted_evidence_gets_its_own_TLS_key_certified()
    {
        await _bench.LeadsAsync();
        using var stream = new BoundaryStream((await _bench.WayOf(_bench.TdxWorker).ConnectAsync(_bench.Key, default)).Stream);
        await BoundaryBench.SayAsync(stream, BoundaryBench.HelloOf(_bench.Key));
        Welcome welcome = await BoundaryBench.HearAsync<Welcome>(stream);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(welcome.Certificate.Span);
        Assert.Equal(_bench.Key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.DoesNotContain(_bench.Machine.Status.Alerts, alert => alert.Kind == "worker");
    }

    [Fact]
    public async Task No_other_key_is_certified_than_the_one_that_the_evidence_names()
    {
        await _bench.LeadsAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stream = new BoundaryStream((await _bench.WayOf(_bench.TdxWorker).ConnectAsync(_bench.Key, default)).Stream);
        await BoundaryBench.SayAsync(stream, BoundaryBench.HelloOf(other));
        await Assert.ThrowsAnyAsync<Exception>(() => BoundaryBench.HearAsync<Welcome>(stream));
        await _bench.UntilAsync("the log says why", () => _bench.Machine.Lines.Any(line => line.Contains("another TLS key certified", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(EvidenceCheck.Measurement)]
    [InlineData(EvidenceCheck.Debug)]
    [InlineData(EvidenceCheck.Chain)]
    [InlineData(EvidenceCheck.Platform)]
    [InlineData(EvidenceCheck.NodeList)]
    public async Task A_worker_whose_evidence_is_not_accepted_gets_nothing(string check)
    {
        await _bench.LeadsAsync();
        using var stranger = new DcapFixture(DateTimeOffset.UtcNow);
        AttestedBoundary way = check switch
        {
            EvidenceCheck.Measurement => _bench.WayOf(StandInGuest.On(_bench.Intel, body => body[136] ^= 1)),
            EvidenceCheck.Debug => _bench.WayOf(StandInGuest.On(_bench.Intel, body => body[120] |= 1)),
            EvidenceCheck.Chain => _bench.WayOf(StandInGuest.On(stranger)),
            EvidenceCheck.Platform => _bench.WayOf(_bench.TdxWorker) with { Platform = Coco.Tee.Platforms.SoftwarePlatform.WithOwnKey(HandshakeSide.Program) },
            _ => _bench.WayOf(_bench.TdxWorker) with { Node = "n1" },
        };
        AuthenticationException refused = await Assert.ThrowsAsync<AuthenticationException>(() => way.ConnectAsync(_bench.Key, default));
        Assert.Contains($" {check}: ", refused.Message, StringComparison.Ordinal);
        await _bench.UntilAsync(
            "the operator sees why", () => _bench.Machine.Status.Alerts.Any(alert => alert.Kind == "worker" && alert.Text.Contains($" {check}: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_worker_refuses_a_manager_that_it_was_not_told_to_believe()
    {
        await _bench.LeadsAsync();
        AttestedBoundary way = _bench.WayOf(_bench.TdxWorker);
        way = way with { Expected = way.Expected with { Measurements = [new string('c', 96)] } };
        AuthenticationException refused = await Assert.ThrowsAsync<AuthenticationException>(() => way.ConnectAsync(_bench.Key, default));
        Assert.StartsWith($"The manager is refused: {EvidenceCheck.Measurement}:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_without_TLS_gets_nothing()
    {
        await _bench.LeadsAsync();
        using var plain = new TcpClient();
        await plain.ConnectAsync(_bench.Boundary);
        await plain.GetStream().WriteAsync(PlainHello);
        var answer = new byte[1];
        int read;
        do
        {
            try
            {
                read = await plain.GetStream().ReadAsync(answer);
            }
            catch (IOException)
            {
                read = 0;
            }
            // A TLS alert may come before the end: its first byte says what it is.
            Assert.True(read == 0 || answer[0] != (byte)'C');
        }
        while (read > 0);
        // The next one is served.
        using var stream = new BoundaryStream((await _bench.WayOf(_bench.TdxWorker).ConnectAsync(_bench.Key, default)).Stream);
        await BoundaryBench.SayAsync(stream, BoundaryBench.HelloOf(_bench.Key));
        await BoundaryBench.HearAsync<Welcome>(stream);
    }
}
