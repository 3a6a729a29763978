using System.Buffers.Binary;
using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>
/// The round that follows a mutual TLS 1.3 handshake and goes before anything else: each side proves with evidence made now,
/// for the other's nonce and for its own TLS key on this link, which program it is and which VN it acts for. The one that
/// connected proves first, so that nobody gets evidence by only connecting. One instance, one handshake.
/// </summary>
public sealed class AttestedHandshake(
    AttestedSelf self, PeerRequirements peer, EvidenceVerifiers verifiers, TimeProvider time)
{
    private readonly Hash256 _nonce = new(RandomNumberGenerator.GetBytes(Hash256.Size));

    /// <summary>Runs it over the encrypted stream. Broken links and late answers are refusals too; only cancellation throws.</summary>
    public async Task<HandshakeResult> RunAsync(Stream stream, bool isConnecting, TimeSpan deadline, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return isConnecting ? await ConnectAsync(stream, stop.Token) : await AcceptAsync(stream, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Refused(EvidenceCheck.Deadline, $"the peer did not answer within {deadline.TotalMilliseconds:F0} ms");
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            return Refused(EvidenceCheck.Protocol, problem.Message);
        }
    }

    private async Task<HandshakeResult> ConnectAsync(Stream stream, CancellationToken stop)
    {
        await SendAsync(stream, OwnHello(), stop);
        HandshakeMessage answer = await ReceiveAsync(stream, stop);
        if (answer is not HandshakeMessage.Hello hello) return Unexpected(answer);
        if (CheckHello(hello) is { } problem) return await RefuseAsync(stream, problem, stop);
        await SendAsync(stream, OwnProof(hello), stop);
        answer = await ReceiveAsync(stream, stop);
        if (answer is not HandshakeMessage.Proof proof) return Unexpected(answer);
        HandshakeResult result = CheckProof(hello, proof);
        if (!result.Holds) return await RefuseAsync(stream, result.Refusal, stop);
        await SendAsync(stream, new HandshakeMessage.Verdict(null), stop);
        return await ReceiveVerdictAsync(stream, result, stop);
    }

    private async Task<HandshakeResult> AcceptAsync(Stream stream, CancellationToken stop)
    {
        HandshakeMessage question = await ReceiveAsync(stream, stop);
        if (question is not HandshakeMessage.Hello hello) return Unexpected(question);
        if (CheckHello(hello) is { } problem) return await RefuseAsync(stream, problem, stop);
        await SendAsync(stream, OwnHello(), stop);
        question = await ReceiveAsync(stream, stop);
        if (question is not HandshakeMessage.Proof proof) return Unexpected(question);
        HandshakeResult result = CheckProof(hello, proof);
        if (!result.Holds) return await RefuseAsync(stream, result.Refusal, stop);
        await SendAsync(stream, OwnProof(hello), stop);
        HandshakeResult mutual = await ReceiveVerdictAsync(stream, result, stop);
        if (mutual.Holds) await SendAsync(stream, new HandshakeMessage.Verdict(null), stop);
        return mutual;
    }

    private HandshakeMessage.Hello OwnHello() => new(self.Network, self.Node, self.Role, peer.Purpose, _nonce);

    private HandshakeMessage.Proof OwnProof(HandshakeMessage.Hello theirs)
    {
        ReadOnlyMemory<byte> nodeKey = self.NodeKey?.PublicKey ?? default;
        var claims = new AttestationClaims(
            NetworkWith(theirs)!.Value, self.Node, self.Role, self.TlsKeyDigest, NodeKeyDigest(nodeKey), theirs.Nonce, peer.Purpose);
        byte[] reportData = claims.ComputeReportData();
        byte[] signature = [];
        if (self.NodeKey is { } signer)
        {
            signature = new byte[P256.SignatureSize];
            signer.Sign(HandshakeMessage.DigestToSign(reportData).Span, signature);
        }
        return new HandshakeMessage.Proof(claims.Encode(), self.Platform.Produce(reportData).Encode(), nodeKey, signature);
    }

    /// <summary>Only one that joins, or a worker before its manager's welcome, may not know the network, and only from one that does.</summary>
    private NetworkId? NetworkWith(HandshakeMessage.Hello theirs) =>
        self.Network is null || theirs.Network is null
            ? (peer.Purpose is AttestationPurpose.Join or AttestationPurpose.Boundary ? self.Network ?? theirs.Network : null)
            : (self.Network == theirs.Network ? self.Network : null);

    private EvidenceRefusal? CheckHello(HandshakeMessage.Hello hello)
    {
        if (hello.Purpose != peer.Purpose)
            return new EvidenceRefusal(EvidenceCheck.Purpose, $"the peer wants a link for {hello.Purpose}, this one is for {peer.Purpose}");
        if (NetworkWith(hello) is null)
            return new EvidenceRefusal(EvidenceCheck.Network, $"the peer is in the network {hello.Network}, this VN in {self.Network}");
        if (!peer.IsListed(hello.Node))
            return new EvidenceRefusal(EvidenceCheck.NodeList, $"the VN '{hello.Node}' is not in the VN list");
        return hello.Role == peer.Role ? null : new EvidenceRefusal(EvidenceCheck.Role, $"the peer is a {hello.Role}, not a {peer.Role}");
    }

    private HandshakeResult CheckProof(HandshakeMessage.Hello hello, HandshakeMessage.Proof proof)
    {
        if (!AttestationClaims.TryDecode(proof.Claims.Span, out AttestationClaims? claims)
            || !Evidence.TryDecode(proof.Evidence.Span, out Evidence? evidence))
        {
            return Refused(EvidenceCheck.Format, "the peer's proof is not one of this version");
        }
        EvidenceVerdict verdict = verifiers.Verify(evidence, peer.Policy, (ulong)time.GetUtcNow().ToUnixTimeMilliseconds());
        if (!verdict.Holds) return new HandshakeResult(null, verdict.Refusal, IsRefusedByPeer: false);
        byte[] reportData = claims.ComputeReportData();
        if (!verdict.Claims.ReportData.Span.SequenceEqual(reportData))
            return Refused(EvidenceCheck.ReportData, "the evidence is not about the claims that came with it");
        if (CheckClaims(hello, claims) is { } wrong) return new HandshakeResult(null, wrong, IsRefusedByPeer: false);
        if (!IsNodeKeyHeld(claims, proof, reportData))
            return Refused(EvidenceCheck.NodeKey, "the peer does not hold the VN key that its evidence names");
        var attested = new AttestedPeer(claims.Network, claims.Node, claims.Role, proof.NodeKey, verdict.Claims, proof.Evidence);
        return new HandshakeResult(attested, null, IsRefusedByPeer: false);
    }

    private EvidenceRefusal? CheckClaims(HandshakeMessage.Hello hello, AttestationClaims claims)
    {
        if (claims.Network != NetworkWith(hello))
            return new EvidenceRefusal(EvidenceCheck.Network, $"the evidence is for the network {claims.Network}");
        if (claims.Node != hello.Node)
            return new EvidenceRefusal(EvidenceCheck.NodeName, $"the evidence is of the VN '{claims.Node}', the peer is '{hello.Node}'");
        if (claims.Role != peer.Role)
            return new EvidenceRefusal(EvidenceCheck.Role, $"the evidence is of a {claims.Role}, not of a {peer.Role}");
        if (claims.Purpose != peer.Purpose)
            return new EvidenceRefusal(EvidenceCheck.Purpose, $"the evidence was made for {claims.Purpose}, not for {peer.Purpose}");
        if (claims.TlsKeyDigest != peer.TlsKeyDigest)
            return new EvidenceRefusal(EvidenceCheck.TlsKey, "the evidence is for another TLS key than this link's");
        return claims.PeerNonce == _nonce
            ? null
            : new EvidenceRefusal(EvidenceCheck.Nonce, "the evidence was made for another nonce: it is old or another link's");
    }

    private static bool IsNodeKeyHeld(AttestationClaims claims, HandshakeMessage.Proof proof, ReadOnlySpan<byte> reportData)
    {
        if (claims.NodeKeyDigest != NodeKeyDigest(proof.NodeKey)) return false;
        if (claims.Role == EnclaveRole.Worker) return proof.NodeKey.IsEmpty;
        Hash256 digest = HandshakeMessage.DigestToSign(reportData);
        return P256.Verify(proof.NodeKey.Span, digest.Span, proof.Signature.Span);
    }

    private static Hash256 NodeKeyDigest(ReadOnlyMemory<byte> nodeKey) => nodeKey.IsEmpty ? Hash256.Zero : Sha256.Hash(nodeKey.Span);

    private static async Task<HandshakeResult> ReceiveVerdictAsync(Stream stream, HandshakeResult result, CancellationToken stop)
    {
        HandshakeMessage message = await ReceiveAsync(stream, stop);
        return message is HandshakeMessage.Verdict { Refusal: null } ? result : Unexpected(message);
    }

    private static async Task<HandshakeResult> RefuseAsync(Stream stream, EvidenceRefusal refusal, CancellationToken stop)
    {
        try
        {
            await SendAsync(stream, new HandshakeMessage.Verdict(refusal), stop);
        }
        catch (IOException)
        {
            // Telling the peer is a courtesy; a peer that has gone does not change why it is refused.
        }
        return new HandshakeResult(null, refusal, IsRefusedByPeer: false);
    }

    private static HandshakeResult Unexpected(HandshakeMessage message) =>
        message is HandshakeMessage.Verdict { Refusal: { } refusal }
            ? new HandshakeResult(null, refusal, IsRefusedByPeer: true)
            : Refused(EvidenceCheck.Protocol, $"the peer sent a {message.GetType().Name} out of turn");

    private static HandshakeResult Refused(string check, string reason) =>
        new(null, new EvidenceRefusal(check, reason), IsRefusedByPeer: false);

    private static async Task SendAsync(Stream stream, HandshakeMessage message, CancellationToken stop)
    {
        byte[] content = message.Encode();
        var frame = new byte[sizeof(uint) + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)content.Length);
        content.CopyTo(frame.AsSpan(sizeof(uint)));
        await stream.WriteAsync(frame, stop);
        await stream.FlushAsync(stop);
    }

    private static async Task<HandshakeMessage> ReceiveAsync(Stream stream, CancellationToken stop)
    {
        var length = new byte[sizeof(uint)];
        await stream.ReadExactlyAsync(length, stop);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (size > Limits.MaxMessageSize) throw new InvalidDataException($"the peer announces a message of {size} bytes");
        var content = new byte[size];
        await stream.ReadExactlyAsync(content, stop);
        await Task.Yield(); // evidence is made or verified next: not on a thread that polls sockets
        return HandshakeMessage.TryDecode(content, out HandshakeMessage? message)
            ? message
            : throw new InvalidDataException("the peer sent what is not a handshake message of this version");
    }
}
