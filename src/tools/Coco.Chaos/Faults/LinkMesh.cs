using System.Net;
using Coco.Boundary;

namespace Coco.Chaos;

/// <summary>A proxy for every ordered pair of nodes. Each node's configuration names its own, so that single directions can fail.</summary>
internal sealed class LinkMesh : IDisposable
{
    private readonly List<LinkProxy> _links = [];

    /// <summary>Makes the proxies and writes them into the nodes' configuration files; they count from the next start on.</summary>
    public LinkMesh(IReadOnlyList<string> configurationFiles)
    {
        NodeConfiguration[] nodes = [.. configurationFiles.Select(NodeConfiguration.Read)];
        for (int i = 0; i < nodes.Length; i++)
        {
            Dictionary<string, string> routes = [];
            foreach (NodeConfiguration to in nodes.Where(other => other.NodeName != nodes[i].NodeName))
            {
                LinkProxy link = new(nodes[i].NodeName, to.NodeName, IPEndPoint.Parse(to.PeerAddress));
                _links.Add(link);
                routes.Add(to.NodeName, link.Address);
            }
            (nodes[i] with { PeerRoutes = routes }).Write(configurationFiles[i]);
        }
    }

    /// <summary>Nothing leaves <paramref name="node"/>, nothing reaches it, or both.</summary>
    public void Cut(string node, bool leaving, bool reaching)
    {
        foreach (LinkProxy link in _links)
        {
            link.IsCutForward |= (link.From == node && leaving) || (link.To == node && reaching);
            link.IsCutBackward |= (link.To == node && leaving) || (link.From == node && reaching);
        }
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
