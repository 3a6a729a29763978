using Coco.Log;
using Coco.Replica;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Checks;

/// <summary>At the end, when all VNs are level: each one's files hold the whole ledger as an auditor sees it, and are the same bytes (STO-2).</summary>
internal static class LedgerFiles
{
    public static void Check(SimulationWorld world, IReadOnlyList<Host> hosts)
    {
        foreach (Host host in hosts)
        {
            if (host != hosts[0] && AreSame(hosts[0], host)) continue; // the same bytes hold or do not, whoever has them
            LedgerVerification found = LedgerVerifier.Verify(host.Disk, new LedgerAuthority(), new LedgerOpenOptions { Signatures = SimulatedSignatures.Instance });
            if (!found.Holds) world.Violate("audit", $"{host.Name}: {found.Problem!.Message}");
            if (host != hosts[0]) world.Violate("same bytes", $"the ledger files of {host.Name} are not those of {hosts[0].Name}");
        }
    }

    private static bool AreSame(Host one, Host other) =>
        one.Disk.List().SequenceEqual(other.Disk.List()) && one.Disk.List().All(file => Read(one, file).AsSpan().SequenceEqual(Read(other, file)));

    private static byte[] Read(Host host, string file)
    {
        byte[] bytes = new byte[host.Disk.Length(file)];
        host.Disk.Read(file, 0, bytes);
        return bytes;
    }
}
