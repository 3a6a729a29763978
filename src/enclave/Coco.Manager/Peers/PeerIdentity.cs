using System.Security.Cryptography.X509Certificates;
using Coco.Attestation;
using Coco.Boundary;
using Coco.Crypto;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager.Peers;

/// <summary>As whom this manager speaks on links; replaced as a whole when a sealed restart takes the old VN key again.</summary>
internal sealed record PeerIdentity(string Node, X509Certificate2 Certificate, Hash256 TlsKeyDigest, ISigner NodeKey, ITeePlatform Platform);

/// <summary>Whom it speaks to: from the constitution and the sequencer once they know, from the operator's word before.</summary>
/// <param name="Network">Null while joining.</param>
/// <param name="Peers">
/// Who may open a link. While it is open, that is any attested VN of the network; the sequencer still takes nothing from one whose key it does
/// not know.
/// </param>
internal sealed record PeerPolicy(NetworkId? Network, TeePolicy Tee, PeersChangedEffect Peers)
{
    /// <summary>A link is made anew after about this long, so that both sides prove themselves again; null: never.</summary>
    public TimeSpan? LinkLifetime { get; init; }

    /// <summary>Those to which this VN connects.</summary>
    public IEnumerable<PeerAddress> Nodes => Peers.Known.Where(peer => peer.Address.Length > 0);

    public bool IsListed(string name) => Peers.IsOpen || Peers.Known.Any(peer => peer.Name == name);

    /// <param name="peers">As the sequencer has them; null: it has not started.</param>
    public static PeerPolicy From(GovernanceState state, string self, ulong nowUnixMs, PeersChangedEffect? peers) => new(
        state.Network,
        ManifestPolicy.Of(state.Constitution, CodeRole.Manager, nowUnixMs),
        // A change of the list counts at once: the sequencer tells of it some ticks later.
        new(
            [.. (peers?.Known ?? []).Union(state.Constitution.Nodes.Where(node => node.Name != self).Select(node => new PeerAddress(node.Name, node.Address)))],
            peers?.IsOpen ?? true))
    {
        LinkLifetime = state.Constitution.Leases is { } leases ? TimeSpan.FromMilliseconds(Math.Min(leases.RenewMs, Limits.MaxLinkMs)) : null,
    };

    /// <summary>
    /// Before the constitution is known, the operator's word counts: the manifests of the constitution that it agreed to, or the programs that
    /// it expects (<see cref="TeePolicy.Expecting"/>).
    /// </summary>
    /// <param name="agreed">Reads the constitution that the operator named.</param>
    public static PeerPolicy Joining(NodeConfiguration configuration, ManagerOptions options, Func<Constitution> agreed, ulong nowUnixMs) =>
        new(null, Expected(configuration, options, agreed, nowUnixMs), new([], IsOpen: true));

    private static TeePolicy Expected(NodeConfiguration configuration, ManagerOptions options, Func<Constitution> agreed, ulong nowUnixMs) =>
        configuration is { Mode: NodeMode.Join, ConstitutionFile: not null }
            ? ManifestPolicy.Of(agreed(), CodeRole.Manager, nowUnixMs)
            : TeePolicy.Expecting(options.Platform, options.Verifiers, configuration.ExpectMeasurement);
}
