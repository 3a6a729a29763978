using System.Globalization;
using System.Runtime.Versioning;
using Coco.Boundary;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>
/// A network namespace for every node, each joined by a veth pair to one that routes: all packets pass there, and rules and routes of
/// the kernel lose them without a word to either end. The host is joined to it too, so that clients and commands reach the nodes.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class NamespaceLinks : INodeLinks
{
    private const string CutPriority = "100";
    private const string DelayPriority = "200";
    private const string DelayTable = "77";

    private readonly NamespacePlan _plan;
    private readonly NamespaceClaim _claim;
    private readonly Stack<string[]> _undo = [];
    private List<string> _nodes = [];
    private PacketDelay? _delay;

    private NamespaceLinks(NamespacePlan plan, NamespaceClaim claim)
    {
        _plan = plan;
        _claim = claim;
    }

    public string Means => "namespaces";

    public IReadOnlyDictionary<string, string> Namespaces => _nodes.Select((name, i) => (name, i)).ToDictionary(node => node.name, node => _plan.NamespaceOf(node.i));

    IReadOnlyDictionary<string, string>? INodeLinks.Namespaces => Namespaces;

    /// <summary>All that is needed is here; the kernel may refuse it still.</summary>
    public static bool IsPossible =>
        OperatingSystem.IsLinux() && Signals.IsRoot && PacketDelay.IsPossible && File.Exists("/usr/bin/nsenter") && FindIp() is not null;

    /// <summary>Null where this machine has no namespaces for us, and why. Throws <see cref="SupervisorException"/> where another run has the names.</summary>
    public static NamespaceLinks? TryMake(int portBase, int nodes, string dataFolder, out string reason)
    {
        reason = "they need Linux, root, ip, /usr/bin/nsenter and /dev/net/tun";
        if (!IsPossible) return null;
        NamespaceClaim claim = NamespaceClaim.Take(portBase, dataFolder); // first: the routes of a killed run are no obstacle then
        try
        {
            NamespacePlan plan = NamespacePlan.Choose(portBase, HostCommand.Run("ip", "-4", "route", "show", "table", "all"))
                ?? throw new SupervisorException("all of 198.18.0.0/15 is in use");
            NamespaceLinks links = new(plan, claim);
            links.Lay(nodes);
            return links;
        }
        catch (SupervisorException refused)
        {
            claim.Dispose();
            reason = refused.Message;
            return null;
        }
    }

    public IReadOnlyList<NodeConfiguration> Build(IReadOnlyList<NodeConfiguration> nodes)
    {
        _nodes = [.. nodes.Select(node => node.NodeName)];
        string[] peers = [.. nodes.Select((node, i) => Move(node.PeerAddress, i))];
        return [.. nodes.Select((node, i) => node with
        {
            PeerAddress = peers[i],
            AdminAddress = Move(node.AdminAddress, i),
            ClientAddress = Move(node.ClientAddress, i),
            DevelopmentRpcAddress = null, // on loopback only, which the namespace has for itself
            PeerRoutes = nodes.Select((other, j) => (other.NodeName, Address: peers[j])).Where(other => other.NodeName != node.NodeName)
                .ToDictionary(other => other.NodeName, other => other.Address),
            JoinAddress = node.JoinAddress is null ? null : peers[0],
        })];
    }

    public void Cut(string from, string to) => InRouter("rule", CutPriority, "from", AddressOf(from), "to", AddressOf(to), "blackhole");

    /// <summary>The link goes down; the route keeps the router from telling the others that nobody is there.</summary>
    public void Unplug(string node)
    {
        HostCommand.Run("ip", "-n", _plan.Router, "route", "add", "blackhole", AddressOf(node));
        _undo.Push(["-n", _plan.Router, "route", "del", "blackhole", AddressOf(node)]);
        string link = NamespacePlan.LinkOf(_nodes.IndexOf(node));
        HostCommand.Run("ip", "-n", _plan.Router, "link", "set", "dev", link, "down");
        _undo.Push(["-n", _plan.Router, "link", "set", "dev", link, "up"]);
    }

    public void Delay(string node, int milliseconds)
    {
        _delay!.Milliseconds = milliseconds;
        foreach (string other in _nodes.Where(other => other != node))
        {
            Detain(node, other);
            Detain(other, node);
        }
    }

    public void Heal()
    {
        while (_undo.TryPop(out string[]? command)) HostCommand.Run("ip", command);
    }

    public void Dispose()
    {
        _delay?.Dispose();
        _claim.Dispose();
    }

    private void Detain(string from, string to) => InRouter(
        "rule", DelayPriority, "iif", NamespacePlan.LinkOf(_nodes.IndexOf(from)), "to", AddressOf(to), "lookup", DelayTable);

    private void InRouter(string what, string priority, params string[] rest)
    {
        HostCommand.Run("ip", ["-n", _plan.Router, what, "add", "priority", priority, .. rest]);
        _undo.Push(["-n", _plan.Router, what, "del", "priority", priority, .. rest]);
    }

    private string AddressOf(string node) => _plan.AddressOf(_nodes.IndexOf(node));

    private string Move(string address, int node) => _plan.AddressOf(node) + address[address.LastIndexOf(':')..];

    private void Lay(int nodes)
    {
        string router = _plan.Router;
        HostCommand.Run("ip", "netns", "add", router);
        // Packets come back from the delay device as from no link of their sender: no check of where they should come from.
        foreach (string setting in (string[])["ip_forward=1", "conf/all/rp_filter=0", "conf/default/rp_filter=0"])
            HostCommand.Run("nsenter", $"--net=/run/netns/{router}", "sh", "-c", "echo \"${0#*=}\" >\"/proc/sys/net/ipv4/${0%=*}\"", setting);
        Join(_plan.HostLink, null, "host", _plan.HostAddress, _plan.RouterAddress);
        HostCommand.Run("ip", "route", "add", _plan.Network, "via", _plan.RouterAddress);
        for (int i = 0; i < nodes; i++)
        {
            string name = _plan.NamespaceOf(i);
            HostCommand.Run("ip", "netns", "add", name);
            HostCommand.Run("ip", "-n", name, "link", "set", "dev", "lo", "up");
            Join("eth0", name, NamespacePlan.LinkOf(i), _plan.AddressOf(i), _plan.GatewayOf(i));
            HostCommand.Run("ip", "-n", name, "route", "add", "default", "via", _plan.GatewayOf(i));
        }
        _delay = PacketDelay.Open(_plan.DelayDevice);
        HostCommand.Run("ip", "link", "set", "dev", _plan.DelayDevice, "netns", router);
        HostCommand.Run("ip", "-n", router, "link", "set", "dev", _plan.DelayDevice, "up");
        HostCommand.Run("ip", "-n", router, "route", "add", "default", "dev", _plan.DelayDevice, "table", DelayTable);
    }

    /// <summary>A veth pair between a namespace (null: the host's) and the router.</summary>
    private void Join(string link, string? space, string routerLink, string address, string routerAddress)
    {
        string[] there = space is null ? [] : ["-n", space];
        HostCommand.Run("ip", ["link", "add", "name", link, .. space is null ? (string[])[] : ["netns", space], "type", "veth", "peer", "name", routerLink, "netns", _plan.Router]);
        HostCommand.Run("ip", [.. there, "addr", "add", address + "/30", "dev", link]);
        HostCommand.Run("ip", "-n", _plan.Router, "addr", "add", routerAddress + "/30", "dev", routerLink);
        HostCommand.Run("ip", [.. there, "link", "set", "dev", link, "up"]);
        HostCommand.Run("ip", "-n", _plan.Router, "link", "set", "dev", routerLink, "up");
    }

    private static string? FindIp() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "ip")).FirstOrDefault(File.Exists);
}
