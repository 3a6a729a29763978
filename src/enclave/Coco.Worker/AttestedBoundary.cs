using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Worker;

/// <summary>
/// The way to a manager in another TEE: the host carries the bytes, so that they go through TLS 1.3 and both sides prove themselves for the
/// keys of this connection (NET-1). The worker's key there is the one that its manager will certify for applications.
/// </summary>
/// <param name="Address">Of the manager.</param>
/// <param name="Node">The VN's name.</param>
/// <param name="Platform">The TEE that this worker runs in.</param>
/// <param name="Expected">Which managers it believes.</param>
public sealed record AttestedBoundary(IPEndPoint Address, string Node, ITeePlatform Platform, TeePolicy Expected, EvidenceVerifiers Verifiers)
{
    /// <summary>Throws <see cref="AuthenticationException"/> with the check and the reason where one of the two refuses the other.</summary>
    internal async Task<AttestedLine> ConnectAsync(ECDsa key, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        using X509Certificate2 certificate = CertificateOf(key);
        var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(Address, late.Token);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = Node,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ClientCertificates = [certificate],
                    // Trust comes from the evidence, not from an issuer.
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                },
                late.Token);
            NetworkId network = await AttestAsync(stream, Sha256.Hash(key.ExportSubjectPublicKeyInfo()), late.Token);
            return new AttestedLine(stream, network);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Fresh evidence for a manager that asks again (TEE-3).</summary>
    internal byte[] Prove(NetworkId network, ECDsa key, in Hash256 nonce)
    {
        var claims = new AttestationClaims(
            network, Node, EnclaveRole.Worker, Sha256.Hash(key.ExportSubjectPublicKeyInfo()), Hash256.Zero, nonce, AttestationPurpose.Boundary);
        return Platform.Produce(claims.ComputeReportData()).Encode();
    }

    private async Task<NetworkId> AttestAsync(SslStream stream, Hash256 ownKey, CancellationToken cancellation)
    {
        using var shown = new X509Certificate2(stream.RemoteCertificate!);
        var handshake = new AttestedHandshake(
            new AttestedSelf(null, Node, EnclaveRole.Worker, ownKey, null, Platform),
            new PeerRequirements(
                EnclaveRole.Manager, AttestationPurpose.Boundary, Sha256.Hash(shown.PublicKey.ExportSubjectPublicKeyInfo()), Expected, name => name == Node),
            Verifiers, TimeProvider.System);
        HandshakeResult result = await handshake.RunAsync(stream, isConnecting: true, Patience, cancellation);
        if (!result.Holds)
            throw new AuthenticationException($"{(result.IsRefusedByPeer ? "The manager refuses this worker" : "The manager is refused")}: {result.Refusal.Check}: {result.Refusal.Reason}.");
        return result.Peer.Network;
    }

    private TimeSpan Patience => TimeSpan.FromMilliseconds(Platform.IsProtected ? Limits.HardwareAttestMs : Limits.AttestMs);

    private static X509Certificate2 CertificateOf(ECDsa key)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 made = new CertificateRequest("CN=worker", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddYears(1));
        // On Windows a key that is only in memory is refused by TLS.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }
}

/// <param name="Stream">To a manager that is believed.</param>
/// <param name="Network">The network that it is in.</param>
internal sealed record AttestedLine(Stream Stream, NetworkId Network);
