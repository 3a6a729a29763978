using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Boundary;
using Coco.Crypto;
using Coco.Enclave.Tests.Tee;
using Coco.Governance;
using Coco.Primitives;
using Coco.Tee;
using Coco.Worker;

namespace Coco.Enclave.Tests.Manager;

/// <summary>
/// A real manager in a stand-in SNP guest, alone in its network, and whatever wants to be its worker from a guest of its own: a TDX guest or
/// another SNP guest, both of which the manifests accept.
/// </summary>
internal sealed class BoundaryBench : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _member = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MemberCertificate _certificate;
    private readonly EvidenceVerifiers _verifiers;
    private int _guests;

    public BoundaryBench(LeaseSettings? leases = null, Action<byte[]>? tdx = null)
    {
        ManagerGuest = StandInGuest.On(Amd);
        TdxWorker = StandInGuest.On(Intel, tdx);
        SnpWorker = StandInGuest.On(Amd, report => report[0x90] ^= 1);
        _certificate = GuestConstitution.CertificateOf(_member);
        _verifiers = new EvidenceVerifiers([new SoftwareEvidenceVerifier(), new SevSnpVerifier(), DcapVerifier.Tdx]) { Roots = Amd.Roots with { Intel = Intel.Roots.Intel } };
        string address = $"127.0.0.1:{Ports.Free()}", file = _folder.File("constitution.json");
        Constitution constitution = GuestConstitution.Make(
            _certificate, [address], ["sev-snp", "tdx"], [ManagerGuest.Measurement], [TdxWorker.Measurement, SnpWorker.Measurement], leases);
        File.WriteAllBytes(file, constitution.ToReadableBytes());
        Machine = new StandInMachine(
            ManagerGuest, "n0", address, bare => bare with { Mode = NodeMode.Create, ConstitutionFile = file, BoundaryAddress = Boundary.ToString() }, _verifiers);
    }

    public SnpFixture Amd { get; } = new(DateTimeOffset.UtcNow);
    public DcapFixture Intel { get; } = new(DateTimeOffset.UtcNow);
    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public IPEndPoint Boundary { get; } = new(IPAddress.Loopback, Ports.Free());
    public StandInGuest ManagerGuest { get; }
    public StandInGuest TdxWorker { get; }
    public StandInGuest SnpWorker { get; }
    public StandInMachine Machine { get; }

    public void Dispose()
    {
        Machine.Dispose();
        Key.Dispose();
        _member.Dispose();
        _folder.Dispose();
        Amd.Dispose();
        Intel.Dispose();
    }

    public Task LeadsAsync() => Machine.WaitAsync("it leads", status => status is { Role: "leader", CommitIndex: > 0 });

    public AttestedBoundary WayOf(StandInGuest guest) => new(
        Boundary, "n0", guest.OpenIn(Directory.CreateDirectory(_folder.File($"worker{_guests++}")).FullName),
        Amd.Policy with { Measurements = [ManagerGuest.Measurement], IsAnyMeasurementAccepted = false }, _verifiers);

    /// <summary>The one member proposes it and votes for it; it counts when this returns.</summary>
    public async Task ChangeAsync(GovernanceAction action)
    {
        ProposalId proposal = await SubmitAsync(new RequestBody.Proposal([action]));
        await SubmitAsync(new RequestBody.Ballot(proposal, IsAccepting: true));
    }

    public async Task UntilAsync(string what, Func<bool> isSo)
    {
        for (long start = Environment.TickCount64; !isSo(); await Task.Delay(20))
            Assert.True(Environment.TickCount64 - start < 60_000, $"not so: {what}\n{string.Join('\n', Machine.Lines.TakeLast(30))}");
    }

    public Task AlertsAsync(string text) => UntilAsync(
        $"an alert says '{text}'", () => Machine.Status.Alerts.Any(alert => alert.Kind == "worker" && alert.Text.Contains(text, StringComparison.Ordinal)));

    /// <summary>TLS as a worker opens it, and no more.</summary>
    public async Task<SslStream> OpenTlsAsync(ECDsa key)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Boundary);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        using X509Certificate2 certificate = new CertificateRequest("CN=worker", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "n0",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = [certificate],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        });
        return stream;
    }

    /// <summary>An honest worker's part of the attested handshake, message by message, up to its proof.</summary>
    public static async Task<HandshakeMessage.Proof> ProveAsync(Stream stream, AttestedBoundary way, ECDsa key)
    {
        HandshakeMessage.Hello manager = await GreetAsync(stream);
        var claims = new AttestationClaims(
            manager.Network!.Value, "n0", EnclaveRole.Worker, Sha256.Hash(key.ExportSubjectPublicKeyInfo()), Hash256.Zero, manager.Nonce, AttestationPurpose.Boundary);
        var proof = new HandshakeMessage.Proof(claims.Encode(), way.Prove(manager.Network.Value, key, manager.Nonce), ReadOnlyMemory<byte>.Empty, new byte[P256.SignatureSize]);
        await HandshakeWire.SendAsync(stream, proof);
        return proof;
    }

    /// <summary>The hellos of both sides; gives the manager's.</summary>
    public static async Task<HandshakeMessage.Hello> GreetAsync(Stream stream)
    {
        await HandshakeWire.SendAsync(stream, new HandshakeMessage.Hello(null, "n0", EnclaveRole.Worker, AttestationPurpose.Boundary, HandshakeSide.HashOf(1)));
        return Assert.IsType<HandshakeMessage.Hello>(await HandshakeWire.ReceiveAsync(stream));
    }

    public static async Task SayAsync(BoundaryStream stream, params WorkerMessage[] messages)
    {
        var frames = new ByteWriter();
        foreach (WorkerMessage message in messages)
        {
            int start = BoundaryStream.Begin(frames);
            WorkerMessageCodec.Encode(message, frames);
            BoundaryStream.End(frames, start);
        }
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await stream.WriteAsync(frames.Memory, late.Token);
    }

    public static Hello HelloOf(ECDsa key) => new(Coco.Boundary.Limits.BoundaryVersion, Environment.ProcessId, key.ExportSubjectPublicKeyInfo());

    /// <summary>The next message of this kind.</summary>
    public static async Task<T> HearAsync<T>(BoundaryStream stream)
        where T : ManagerMessage
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await stream.ReadAsync(late.Token) is { } frame)
            if (ManagerMessageCodec.TryDecode(frame, out ManagerMessage? message) && message is T wanted) return wanted;
        throw new EndOfStreamException();
    }

    private async Task<ProposalId> SubmitAsync(RequestBody body)
    {
        var network = new NetworkId(new Hash256(Convert.FromHexString(Machine.Status.NetworkId!.Replace("0x", "", StringComparison.Ordinal))));
        var request = new GovernanceRequest(network, "alder", (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), body);
        byte[] bytes = request.ToCanonicalBytes();
        byte[] signature = _member.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        (bool isAccepted, string text, _) = await Machine.Facts.SubmitAsync(new SignedRequest(bytes, signature, _certificate.Fingerprint).Encode(), default);
        Assert.True(isAccepted, text);
        return request.ComputeId();
    }
}
