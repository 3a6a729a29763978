using System.Security.Cryptography.X509Certificates;
using Coco.Attestation;
using Coco.Boundary;
using Coco.Crypto;
using Coco.Governance;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Manager.Peers;

/// <summary>As whom this manager speaks on links; replaced as a whole when a sealed restart takes the old VN key again.</summary>
internal sealed record PeerIdentity(string Node, X509Certificate2 Certificate, Hash256 TlsKeyDigest, ISigner NodeKey, ITeePlatform Platform);

/// <summary>Whom it speaks to: from the constitution once it is known, from the operator's word before.</summary>
/// <param name="Network">Null while joining.</param>
/// <param name="Nodes">Names and peer addresses of the others, as far as they are known.</param>
/// <param name="IsListKnown">
/// The VN list is known. Before that any attested VN of the network may open a link; the sequencer still takes nothing from one
/// whose key it does not know.
/// </param>
internal sealed record PeerPolicy(
    NetworkId? Network, TeePolicy Tee, IReadOnlyList<(string Name, string Address)> Nodes, bool IsListKnown)
{
    /// <summary>A link is made anew after about this long, so that both sides prove themselves again; null: never.</summary>
    public TimeSpan? LinkLifetime { get; init; }

    public bool IsListed(string name) => !IsListKnown || Nodes.Any(node => node.Name == name);

    public static PeerPolicy From(GovernanceState state, string self, ulong nowUnixMs) => new(
        state.Network,
        ManifestPolicy.Of(state.Constitution, CodeRole.Manager, nowUnixMs),
        [.. state.Constitution.Nodes.Where(node => node.Name != self).Select(node => (node.Name, node.Address))],
        IsListKnown: true)
    {
        LinkLifetime = state.Constitution.Leases is { } leases ? TimeSpan.FromMilliseconds(Math.Min(leases.RenewMs, Limits.MaxLinkMs)) : null,
    };

    /// <summary>
    /// Before the constitution is known, the operator's word counts: the manifests of the constitution that it agreed to, or the programs that
    /// it expects (<see cref="TeePolicy.Expecting"/>).
    /// </summary>
    /// <param name="agreed">Reads the constitution that the operator named.</param>
    public static PeerPolicy Joining(NodeConfiguration configuration, ManagerOptions options, Func<Constitution> agreed, ulong nowUnixMs) =>
        new(null, Expected(configuration, options, agreed, nowUnixMs), [], IsListKnown: false);

    private static TeePolicy Expected(NodeConfiguration configuration, ManagerOptions options, Func<Constitution> agreed, ulong nowUnixMs) =>
        configuration is { Mode: NodeMode.Join, ConstitutionFile: not null }
            ? ManifestPolicy.Of(agreed(), CodeRole.Manager, nowUnixMs)
            : TeePolicy.Expecting(options.Platform, options.Verifiers, configuration.ExpectMeasurement);
}
