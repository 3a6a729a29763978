using System.Diagnostics.CodeAnalysis;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>This program's side of a handshake.</summary>
/// <param name="Network">Null: it joins a network whose identity it does not know yet (only for <see cref="AttestationPurpose.Join"/> and
/// <see cref="AttestationPurpose.Boundary"/>).</param>
/// <param name="TlsKeyDigest">SHA-256 of the SubjectPublicKeyInfo of the certificate that it showed on this link.</param>
/// <param name="NodeKey">The VN's key; null for a worker.</param>
public sealed record AttestedSelf(
    NetworkId? Network, string Node, EnclaveRole Role, Hash256 TlsKeyDigest, ISigner? NodeKey, ITeePlatform Platform);

/// <summary>What is asked of the other side.</summary>
/// <param name="TlsKeyDigest">SHA-256 of the SubjectPublicKeyInfo of the certificate that it showed on this link.</param>
/// <param name="Policy">With the measurements of <paramref name="Role"/>.</param>
/// <param name="IsListed">Whether the VN list has this name.</param>
public sealed record PeerRequirements(
    EnclaveRole Role, AttestationPurpose Purpose, Hash256 TlsKeyDigest, TeePolicy Policy, Func<string, bool> IsListed);

/// <summary>A peer that passed every check.</summary>
/// <param name="Network">The network that both are in, or that this one joins.</param>
/// <param name="NodeKey">The VN's public key, proved to be held; empty for a worker.</param>
/// <param name="Evidence">Encoded, as it goes into the entry that admits the peer.</param>
public sealed record AttestedPeer(
    NetworkId Network, string Node, EnclaveRole Role, ReadOnlyMemory<byte> NodeKey, EvidenceClaims Claims, ReadOnlyMemory<byte> Evidence);

/// <summary>An attested peer, or a refusal by one of the two sides.</summary>
/// <param name="IsRefusedByPeer">The other side refused this one; the refusal is in its words.</param>
public sealed record HandshakeResult(AttestedPeer? Peer, EvidenceRefusal? Refusal, bool IsRefusedByPeer)
{
    [MemberNotNullWhen(true, nameof(Peer))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Holds => Peer is not null;
}
