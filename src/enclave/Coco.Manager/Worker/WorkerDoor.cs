using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Attestation;
using Coco.Governance;
using Coco.Keys;
using Coco.Manager.Peers;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Manager.Worker;

/// <summary>
/// Where a worker in a TEE of its own comes in: TLS 1.3 with certificates on both sides, then attestation of both for these keys. The worker's
/// evidence is judged by the constitution's manifests, for workers (TEE-2).
/// </summary>
/// <param name="state">Before it is known there is nothing to judge by, and nobody gets in.</param>
internal sealed class WorkerDoor(Func<PeerIdentity> identity, Func<GovernanceState?> state, EvidenceVerifiers verifiers, TimeProvider time)
{
    /// <summary>The stream to an attested worker, and the worker. Throws <see cref="AuthenticationException"/> with check and reason.</summary>
    public async Task<(SslStream Stream, AttestedWorker Worker)> AcceptAsync(Socket socket, CancellationToken cancellation)
    {
        if (state() is not { } known) throw new AuthenticationException("This VN is in no network yet.");
        PeerIdentity self = identity();
        var patience = TimeSpan.FromMilliseconds(self.Platform.IsProtected ? Limits.HardwareHandshakeMs : Limits.HandshakeMs);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(patience);
        socket.NoDelay = true;
        var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(OptionsOf(self), late.Token);
            using var shown = new X509Certificate2(stream.RemoteCertificate!);
            Hash256 key = TlsCertificates.KeyDigest(shown);
            ulong nowUnixMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
            var handshake = new AttestedHandshake(
                new AttestedSelf(known.Network, self.Node, EnclaveRole.Manager, self.TlsKeyDigest, self.NodeKey, self.Platform),
                new PeerRequirements(
                    EnclaveRole.Worker, AttestationPurpose.Boundary, key, ManifestPolicy.Of(known.Constitution, CodeRole.Worker, nowUnixMs), name => name == self.Node),
                verifiers, time);
            HandshakeResult result = await handshake.RunAsync(stream, isConnecting: false, patience, late.Token);
            if (!result.Holds)
                throw new AuthenticationException($"{(result.IsRefusedByPeer ? "The worker refuses this manager" : "A worker is refused")}: {result.Refusal.Check}: {result.Refusal.Reason}.");
            return (stream, WorkerOf(result.Peer, key));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private AttestedWorker WorkerOf(AttestedPeer peer, in Hash256 key)
    {
        var claims = new AttestationClaims(peer.Network, peer.Node, EnclaveRole.Worker, key, Hash256.Zero, Hash256.Zero, AttestationPurpose.Boundary);
        Invariant.Holds(Evidence.TryDecode(peer.Evidence.Span, out Evidence? shown), "evidence that was verified can be decoded");
        return new AttestedWorker(state, verifiers, time, DrawNonce, claims, shown!);
    }

    private static Hash256 DrawNonce() => new(RandomNumberGenerator.GetBytes(Hash256.Size));

    private static SslServerAuthenticationOptions OptionsOf(PeerIdentity self) => new()
    {
        ServerCertificate = self.Certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        // Trust comes from the evidence, not from an issuer.
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
    };
}
