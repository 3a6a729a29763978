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

    private readonly SnpFixture _amd = new(DateTimeOffset.UtcNow);
    private readonly DcapFixture _intel = new(DateTimeOffset.UtcNow);
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _boundary = $"127.0.0.1:{Ports.Free()}";
    private readonly EvidenceVerifiers _verifiers;
    private readonly StandInGuest _worker;
    private readonly StandInMachine _machine;

    public WorkerAttestationTests()
    {
        _worker = StandInGuest.On(_intel);
        StandInGuest manager = StandInGuest.On(_amd);
        _verifiers = new EvidenceVerifiers([new SoftwareEvidenceVerifier(), new SevSnpVerifier(), DcapVerifier.Tdx]) { Roots = _amd.Roots with { Intel = _intel.Roots.Intel } };
        string address = $"127.0.0.1:{Ports.Free()}", file = _folder.File("constitution.json");
        File.WriteAllBytes(file, GuestConstitution.Make([address], ["sev-snp", "tdx"], [manager.Measurement], [_worker.Measurement]).ToReadableBytes());
        _machine = new StandInMachine(manager, "n0", address, bare => bare with { Mode = NodeMode.Create, ConstitutionFile = file, BoundaryAddress = _boundary }, _verifiers);
    }

    public void Dispose()
    {
        _machine.Dispose();
        _key.Dispose();
        _folder.Dispose();
        _amd.Dispose();
        _intel.Dispose();
    }

    [Fact]
    public async Task A_worker_with_accepted_evidence_gets_its_own_TLS_key_certified()
    {
        await LeadsAsync();
        using var stream = new BoundaryStream(await WayOf(_worker).ConnectAsync(_key, default));
        await SayHelloAsync(stream, _key);
        Welcome welcome = await WelcomeAsync(stream);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(welcome.Certificate.Span);
        Assert.Equal(_key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.DoesNotContain(_machine.Status.Alerts, alert => alert.Kind == "worker");
    }

    [Fact]
    public async Task No_other_key_is_certified_than_the_one_that_the_evidence_names()
    {
        await LeadsAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stream = new BoundaryStream(await WayOf(_worker).ConnectAsync(_key, default));
        await SayHelloAsync(stream, other);
        await Assert.ThrowsAnyAsync<Exception>(() => WelcomeAsync(stream));
        await UntilAsync("the log says why", () => _machine.Lines.Any(line => line.Contains("another TLS key certified", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(EvidenceCheck.Measurement)]
    [InlineData(EvidenceCheck.Debug)]
    [InlineData(EvidenceCheck.Chain)]
    [InlineData(EvidenceCheck.Platform)]
    [InlineData(EvidenceCheck.NodeList)]
    public async Task A_worker_whose_evidence_is_not_accepted_gets_nothing(string check)
    {
        await LeadsAsync();
        using var stranger = new DcapFixture(DateTimeOffset.UtcNow);
        AttestedBoundary way = check switch
        {
            EvidenceCheck.Measurement => WayOf(StandInGuest.On(_intel, body => body[136] ^= 1)),
            EvidenceCheck.Debug => WayOf(StandInGuest.On(_intel, body => body[120] |= 1)),
            EvidenceCheck.Chain => WayOf(StandInGuest.On(stranger)),
            EvidenceCheck.Platform => WayOf(_worker) with { Platform = Coco.Tee.Platforms.SoftwarePlatform.WithOwnKey(HandshakeSide.Program) },
            _ => WayOf(_worker) with { Node = "n1" },
        };
        AuthenticationException refused = await Assert.ThrowsAsync<AuthenticationException>(() => way.ConnectAsync(_key, default));
        Assert.Contains($" {check}: ", refused.Message, StringComparison.Ordinal);
        await UntilAsync(
            "the operator sees why", () => _machine.Status.Alerts.Any(alert => alert.Kind == "worker" && alert.Text.Contains($" {check}: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_worker_refuses_a_manager_that_it_was_not_told_to_believe()
    {
        await LeadsAsync();
        AttestedBoundary way = WayOf(_worker);
        way = way with { Expected = way.Expected with { Measurements = [new string('c', 96)] } };
        AuthenticationException refused = await Assert.ThrowsAsync<AuthenticationException>(() => way.ConnectAsync(_key, default));
        Assert.StartsWith($"The manager is refused: {EvidenceCheck.Measurement}:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_without_TLS_gets_nothing()
    {
        await LeadsAsync();
        using var plain = new TcpClient();
        await plain.ConnectAsync(System.Net.IPEndPoint.Parse(_boundary));
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
        using var stream = new BoundaryStream(await WayOf(_worker).ConnectAsync(_key, default));
        await SayHelloAsync(stream, _key);
        await WelcomeAsync(stream);
    }

    private static async Task UntilAsync(string what, Func<bool> isSo)
    {
        for (long start = Environment.TickCount64; !isSo(); await Task.Delay(20))
            Assert.True(Environment.TickCount64 - start < 60_000, $"not so: {what}");
    }

    private Task LeadsAsync() => _machine.WaitAsync("it leads", status => status is { Role: "leader", CommitIndex: > 0 });

    private AttestedBoundary WayOf(StandInGuest guest) => new(
        System.Net.IPEndPoint.Parse(_boundary), "n0", guest.OpenIn(Directory.CreateDirectory(_folder.File("worker")).FullName),
        _amd.Policy with { Measurements = [StandInGuest.On(_amd).Measurement], IsAnyMeasurementAccepted = false }, _verifiers);

    private static async Task SayHelloAsync(BoundaryStream stream, ECDsa key)
    {
        var frames = new ByteWriter();
        int start = BoundaryStream.Begin(frames);
        WorkerMessageCodec.Encode(new Hello(Coco.Boundary.Limits.BoundaryVersion, Environment.ProcessId, key.ExportSubjectPublicKeyInfo()), frames);
        BoundaryStream.End(frames, start);
        await stream.WriteAsync(frames.Memory, default);
    }

    private static async Task<Welcome> WelcomeAsync(BoundaryStream stream)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await stream.ReadAsync(late.Token) is { } frame)
            if (ManagerMessageCodec.TryDecode(frame, out ManagerMessage? message) && message is Welcome welcome) return welcome;
        throw new EndOfStreamException();
    }
}
