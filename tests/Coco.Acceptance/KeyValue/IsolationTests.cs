using System.Security.Cryptography.X509Certificates;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>
/// A worker that was taken over reaches nothing but what passes through it (NET-1): a hostile program under the worker's user tries
/// the manager's memory, files, doors and life. On the software platform the system's users are what keeps them apart.
/// </summary>
[Collection(KeyValueNetwork.Collection)]
public sealed class IsolationTests(KeyValueNetwork shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RootFact]
    public async Task A_hostile_worker_is_refused_at_every_door_and_the_network_goes_on()
    {
        StatusDocument before = await shared.Network.WaitUntilWholeAsync(Patience);
        NodeDocument node = before.Nodes.Single(known => known.Name == "node2");
        Assert.True(node.WorkerUid > 0, "the worker has no user of its own");
        string[] attempts = await RunAsync(node.WorkerUid!.Value, Targets(before, node));
        Assert.True(attempts.Length > 60, $"only {attempts.Length} attempts");
        Assert.All(attempts, line => Assert.StartsWith("refused ", line, StringComparison.Ordinal));
        // The same program can do it where it may: what is refused above is refused to the worker's user.
        string[] byRoot = await RunAsync(0, ["processes=" + Environment.ProcessId, "folders=", "secrets="], onlyReading: true);
        Assert.Contains(byRoot, line => line.StartsWith($"DONE read /proc/{Environment.ProcessId}/environ", StringComparison.Ordinal));
        StatusDocument after = await shared.Network.WaitUntilWholeAsync(Patience);
        Assert.Equal(Ids(before), Ids(after));
        Assert.Equal(before.Term, after.Term);
    }

    [RootFact]
    public async Task Another_user_of_the_machine_is_not_let_in_as_a_worker()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        NodeDocument node = status.Nodes[0];
        int nobody = node.WorkerUid!.Value + 5_000;
        string[] attempts = await RunAsync(nobody, [$"sockets={Boundary(node)}", $"secrets={Path.Combine(shared.Network.Data, node.Name, "worker.log")}"]);
        Assert.Contains(attempts, line => line.StartsWith($"refused connect to {Boundary(node)}", StringComparison.Ordinal));
        // Where the path is so long that the socket stands in a folder for all, the manager looks at who connects.
        CommandResult open = await CommandResult.RunAsync("/bin/sh", ["-c", $"chmod 755 {Path.GetDirectoryName(Boundary(node))}"], Patience);
        Assert.Equal(0, open.ExitCode);
        try
        {
            attempts = await RunAsync(nobody, [$"boundary={Boundary(node)}"]);
            Assert.Contains(attempts, line => line.StartsWith("refused be the worker", StringComparison.Ordinal));
        }
        finally
        {
            await CommandResult.RunAsync("/bin/sh", ["-c", $"chmod 700 {Path.GetDirectoryName(Boundary(node))}"], Patience);
        }
        await shared.Network.WaitUntilWholeAsync(Patience);
    }

    [Fact]
    public async Task The_manager_certifies_the_key_of_the_workers_endpoint()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        foreach (NodeDocument node in status.Nodes)
        {
            using var authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(node.CaFile));
            using var client = new System.Net.Sockets.TcpClient();
            Uri rpc = new(node.Rpc);
            await client.ConnectAsync(rpc.Host, rpc.Port);
            X509Certificate2? shown = null;
            await using var stream = new System.Net.Security.SslStream(client.GetStream(), false, (_, certificate, _, _) => (shown = certificate as X509Certificate2) is not null);
            await stream.AuthenticateAsClientAsync("localhost");
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            Assert.True(chain.Build(shown!), node.Name);
            Assert.Equal($"CN={node.Name}", shown!.Subject);
        }
    }

    private string[] Targets(StatusDocument status, NodeDocument own)
    {
        string data = shared.Network.Data;
        NodeDocument[] others = [.. status.Nodes.Where(node => node.Name != own.Name)];
        int supervisor = int.Parse(File.ReadAllText(Path.Combine(data, "supervisor.pid")));
        int?[] processes = [.. status.Nodes.Select(node => node.ManagerPid), .. others.Select(node => node.WorkerPid), supervisor];
        string[] managers = [.. status.Nodes.Select(node => Path.Combine(data, node.Name, "manager"))];
        string[] secrets =
        [
            Path.Combine(data, "accounts.json"), Path.Combine(data, "members", "org2", "key.pem"), .. managers.Select(folder => Path.Combine(folder, "sealing.key")),
            .. managers.Select(folder => Path.Combine(folder, "sealed")), .. Directory.GetFiles(own.LedgerDirectory),
        ];
        string[] folders = [.. managers, own.LedgerDirectory, .. others.Select(node => Path.Combine(data, node.Name, "worker"))];
        string[] sockets = [Path.Combine(data, "control.sock"), .. others.Select(Boundary)];
        return
        [
            $"processes={string.Join(',', processes)}", $"secrets={string.Join(',', secrets)}", $"folders={string.Join(',', folders)}",
            $"sockets={string.Join(',', sockets)}", $"boundary={Boundary(own)}", $"admin={new Uri(own.Admin!.StartsWith("https", StringComparison.Ordinal) ? own.Admin : "https://" + own.Admin).Authority}",
        ];
    }

    private string Boundary(NodeDocument node) => Path.Combine(shared.Network.Data, node.Name, "boundary", "socket");

    private static (int?, int?, int)[] Ids(StatusDocument status) => [.. status.Nodes.Select(node => (node.ManagerPid, node.WorkerPid, node.Restarts))];

    private static async Task<string[]> RunAsync(int uid, string[] targets, bool onlyReading = false)
    {
        string[] asUser = [$"--reuid={uid}", $"--regid={uid}", "--clear-groups", "--no-new-privs", "--", Path.Combine(Checkout.FolderOf("Coco.Hostile"), "Coco.Hostile")];
        CommandResult result = await CommandResult.RunAsync("/usr/bin/setpriv", [.. asUser, .. targets, $"reading={onlyReading}"], Patience);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
