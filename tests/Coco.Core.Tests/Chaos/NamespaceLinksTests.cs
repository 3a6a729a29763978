using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Coco.Boundary;
using Coco.Chaos;
using Coco.Supervisor;

namespace Coco.Core.Tests.Chaos;

/// <summary>
/// Namespaces of the kernel, and packets through them. Nobody listens in there: a connection that is refused has reached its end and
/// come back.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class NamespaceLinksTests
{
    private static readonly string[] Names = ["node1", "node2", "node3"];

    /// <summary>No port is opened; the number makes names that no other run of the tests has.</summary>
    private static readonly int PortBase = 100_000 + (Environment.ProcessId % 100_000 * 10);

    [NamespaceFact]
    public async Task A_cut_loses_what_goes_one_way_between_two_nodes_and_nothing_else()
    {
        using NamespaceLinks links = Make(PortBase, out IReadOnlyList<NodeConfiguration> nodes);
        Assert.True(Reaches(PortBase, 1, nodes[1]));
        links.Cut("node1", "node2");
        Assert.False(Reaches(PortBase, 1, nodes[1]));
        Assert.False(Reaches(PortBase, 2, nodes[0])); // the question comes, the answer does not
        Assert.True(Reaches(PortBase, 1, nodes[2]));
        Assert.True(Reaches(PortBase, 2, nodes[2]));
        Assert.True(await IsReachedByClientsAsync(nodes[0]));
        links.Heal();
        Assert.True(Reaches(PortBase, 1, nodes[1]));
    }

    [NamespaceFact]
    public async Task A_node_that_is_unplugged_is_silent_to_nodes_and_clients_until_it_is_healed()
    {
        using NamespaceLinks links = Make(PortBase + 1, out IReadOnlyList<NodeConfiguration> nodes);
        links.Unplug("node2");
        Assert.False(Reaches(PortBase + 1, 1, nodes[1]));
        Assert.False(Reaches(PortBase + 1, 2, nodes[0]));
        Assert.False(await IsReachedByClientsAsync(nodes[1]));
        Assert.True(Reaches(PortBase + 1, 1, nodes[2]));
        links.Heal();
        Assert.True(Reaches(PortBase + 1, 1, nodes[1]));
        Assert.True(await IsReachedByClientsAsync(nodes[1]));
    }

    [NamespaceFact]
    public void A_delay_holds_packets_between_nodes_in_both_directions()
    {
        using NamespaceLinks links = Make(PortBase + 2, out IReadOnlyList<NodeConfiguration> nodes);
        links.Delay("node1", 150);
        long start = Stopwatch.GetTimestamp();
        Assert.True(Reaches(PortBase + 2, 1, nodes[1]));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 299, double.MaxValue);
        links.Heal();
        Assert.Contains(NamespacePlan.LinkOf(1), HostCommand.Run("ip", "-n", Router(PortBase + 2), "route", "get", AddressOf(nodes[1]), "from", AddressOf(nodes[0]), "iif", NamespacePlan.LinkOf(0)), StringComparison.Ordinal);
    }

    [NamespaceFact]
    public void Two_runs_of_one_port_base_do_not_meet_and_others_go_on_side_by_side()
    {
        using NamespaceLinks links = Make(PortBase + 3, out IReadOnlyList<NodeConfiguration> nodes);
        Assert.Throws<SupervisorException>(() => NamespaceLinks.TryMake(PortBase + 3, Names.Length, "/other", out _));
        using (Make(PortBase + 4, out IReadOnlyList<NodeConfiguration> others))
            Assert.Empty(nodes.Select(node => node.PeerAddress).Intersect(others.Select(node => node.PeerAddress)));
        Assert.True(Reaches(PortBase + 3, 1, nodes[1]));
    }

    [NamespaceFact]
    public void What_a_killed_run_left_is_removed_with_its_processes_and_nothing_else_is_touched()
    {
        int portBase = PortBase + 5;
        string left = new NamespacePlan(portBase, 0).NamespaceOf(0);
        string foreign = $"other{portBase}-1";
        HostCommand.Run("ip", "netns", "add", left);
        HostCommand.Run("ip", "netns", "add", foreign);
        using Process inside = Process.Start("/usr/bin/nsenter", [$"--net=/run/netns/{left}", "--", "/bin/sleep", "600"]);
        try
        {
            SpinWait.SpinUntil(() => HostCommand.Run("ip", "netns", "pids", left).Length > 0, TimeSpan.FromSeconds(10));
            using (Make(portBase, out IReadOnlyList<NodeConfiguration> nodes))
            {
                Assert.True(inside.WaitForExit(TimeSpan.FromSeconds(10)));
                Assert.True(Reaches(portBase, 1, nodes[1]));
            }
            Assert.False(File.Exists($"/run/netns/{left}"));
            Assert.True(File.Exists($"/run/netns/{foreign}"));
            Assert.Empty(Directory.EnumerateFiles("/run/netns", $"coco{portBase}-*"));
            Assert.False(Directory.Exists($"/sys/class/net/coco{portBase}"));
        }
        finally
        {
            HostCommand.TryRun("ip", "netns", "del", foreign);
        }
    }

    private static NamespaceLinks Make(int portBase, out IReadOnlyList<NodeConfiguration> nodes)
    {
        NamespaceLinks? links = NamespaceLinks.TryMake(portBase, Names.Length, "/nowhere", out string reason);
        Assert.True(links is not null, reason);
        nodes = links.Build([.. Names.Select(name => new NodeConfiguration
        {
            NodeName = name,
            Organisation = "org",
            DataDirectory = "/nowhere",
            PeerAddress = "127.0.0.1:9",
            AdminAddress = "127.0.0.1:9",
            ClientAddress = "127.0.0.1:9",
            BoundarySocketPath = "/nowhere",
            Mode = NodeMode.Resume,
        })]);
        return links;
    }

    /// <summary>A connection from one node's namespace to another one's is refused, and not lost.</summary>
    private static bool Reaches(int portBase, int from, NodeConfiguration to)
    {
        string space = new NamespacePlan(portBase, 0).NamespaceOf(from - 1);
        using Process probe = Process.Start(new ProcessStartInfo(
            "/usr/bin/nsenter", [$"--net=/run/netns/{space}", "--", "/usr/bin/timeout", "1", "/bin/bash", "-c", $"exec 3<>/dev/tcp/{AddressOf(to)}/9"])
        { RedirectStandardError = true })!;
        string said = probe.StandardError.ReadToEnd();
        probe.WaitForExit();
        return said.Contains("refused", StringComparison.Ordinal);
    }

    private static async Task<bool> IsReachedByClientsAsync(NodeConfiguration node)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1));
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(System.Net.IPEndPoint.Parse(node.ClientAddress), patience.Token);
            return true;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static string Router(int portBase) => new NamespacePlan(portBase, 0).Router;

    private static string AddressOf(NodeConfiguration node) => node.PeerAddress[..node.PeerAddress.LastIndexOf(':')];
}
