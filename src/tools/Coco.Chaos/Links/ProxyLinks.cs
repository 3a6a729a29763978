using System.Net;
using Coco.Boundary;

namespace Coco.Chaos;

/// <summary>
/// A proxy for every ordered pair of nodes, which each node's configuration names: for machines without network namespaces. What waits in
/// a proxy counts as received for its sender's system, so time-outs of TCP are not met.
/// </summary>
internal sealed class ProxyLinks : INodeLinks
{
    private readonly List<LinkProxy> _links = [];

    public string Means => "proxies";

    public IReadOnlyDictionary<string, string>? Namespaces => null;

    public IReadOnlyList<NodeConfiguration> Build(IReadOnlyList<NodeConfiguration> nodes)
    {
        foreach (NodeConfiguration from in nodes)
            foreach (NodeConfiguration to in nodes.Where(other => other.NodeName != from.NodeName))
                _links.Add(new LinkProxy(from.NodeName, to.NodeName, IPEndPoint.Parse(to.PeerAddress)));
        return [.. nodes.Select(node => node with
        {
            PeerRoutes = _links.Where(link => link.From == node.NodeName).ToDictionary(link => link.To, link => link.Address),
        })];
    }

    public void Cut(string from, string to)
    {
        foreach (LinkProxy link in _links)
        {
            link.IsCutForward |= link.From == from && link.To == to;
            link.IsCutBackward |= link.From == to && link.To == from;
        }
    }

    public void Unplug(string node)
    {
        foreach (LinkProxy link in _links.Where(link => link.From == node || link.To == node)) (link.IsCutForward, link.IsCutBackward) = (true, true);
    }

    public void Delay(string node, int milliseconds)
    {
        foreach (LinkProxy link in _links.Where(link => link.From == node || link.To == node)) link.DelayMs = milliseconds;
    }

    public void Heal()
    {
        foreach (LinkProxy link in _links) (link.IsCutForward, link.IsCutBackward, link.DelayMs) = (false, false, 0);
    }

    public void Dispose()
    {
        foreach (LinkProxy link in _links) link.Dispose();
    }
}
