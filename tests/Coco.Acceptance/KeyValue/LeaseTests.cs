using System.Text.Json;
using System.Text.Json.Nodes;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>Leases (TEE-3) of real processes, which a host stops and lets go on.</summary>
public sealed class LeaseTests
{
    private const int RenewMs = 500;
    private const int DurationMs = 4_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_VN_that_was_stopped_longer_than_its_lease_is_quarantined_by_an_entry_and_renews_without_a_new_start()
    {
        await using TestNetwork network = await StartAsync();
        StatusDocument before = await network.WaitUntilWholeAsync(Patience);
        NodeDocument stopped = before.Nodes.First(node => node.Role == "follower"), leader = before.Nodes.Single(node => node.Role == "leader");
        await TestNetwork.SignalAsync("STOP", [stopped.ManagerPid, stopped.WorkerPid]);
        // Any VN may tell that it is quarantined; the leader alerts, and its status may be read a moment later.
        StatusDocument during = await network.WaitAsync("it is quarantined, and the leader says so", Patience, status => RoleOf(status, stopped) == "quarantined"
            && status.Alerts.Any(alert => alert.Kind == "lease" && alert.Text.Contains($"{stopped.Name} is quarantined", StringComparison.Ordinal)));
        Assert.Equal(2, during.Quorum.Live);
        // No vote: the entry that says so leaves two voters.
        (ulong index, JsonElement ended) = await QuarantineAsync(leader);
        Assert.True(index <= during.Nodes.Single(node => node.Name == leader.Name).CommitIndex);
        ulong id = Assert.Single(Numbers(ended.GetProperty("quarantined")));
        ulong[] voters = Numbers(ended.GetProperty("membership").GetProperty("voters"));
        Assert.Equal(2, voters.Length);
        Assert.DoesNotContain(id, voters);
        // No data: what is written now reaches the others alone.
        using (var others = new KeyValueClient(leader)) await others.PutAsync("meanwhile", "written");
        await TestNetwork.SignalAsync("CONT", [stopped.ManagerPid, stopped.WorkerPid]);
        StatusDocument after = await network.WaitAsync(
            "it takes part again", Patience, status => status.State == "open" && status.Nodes.All(node => node.Role is "leader" or "follower") && status.Quorum.Live == 3);
        NodeDocument back = after.Nodes.Single(node => node.Name == stopped.Name);
        Assert.Equal((stopped.ManagerPid, stopped.Incarnation), (back.ManagerPid, back.Incarnation));
        Assert.True(back.EvidenceExpires > stopped.EvidenceExpires);
        // No keys: it dropped them when it was told, and got them again with the renewal.
        string[] own = [.. after.Alerts.Where(alert => alert.Node == stopped.Name && alert.Kind == "lease").Select(alert => alert.Text)];
        Assert.Contains(own, text => text.StartsWith("This VN is quarantined:", StringComparison.Ordinal));
        Assert.Contains("The lease is renewed: this VN takes part again.", (await CommandResult.CocoAsync("logs", stopped.Name, "--data", network.Data)).Output, StringComparison.Ordinal);
        using var client = new KeyValueClient(back);
        Assert.Equal("written", await client.GetAsync("meanwhile", isLinearizable: true));
    }

    [Fact]
    public async Task A_network_whose_leases_all_ran_out_while_it_slept_resumes_by_itself()
    {
        await using TestNetwork network = await StartAsync();
        StatusDocument before = await network.WaitUntilWholeAsync(Patience);
        using (var client = new KeyValueClient(before.Nodes[0])) await client.PutAsync("before", "sleep");
        int?[] all = [.. before.Nodes.SelectMany(node => (int?[])[node.ManagerPid, node.WorkerPid])];
        await TestNetwork.SignalAsync("STOP", all);
        DateTimeOffset lapsed = DateTimeOffset.UtcNow.AddMilliseconds(DurationMs + (2 * RenewMs));
        using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100)))
            while (DateTimeOffset.UtcNow < lapsed) await timer.WaitForNextTickAsync();
        await TestNetwork.SignalAsync("CONT", all);
        StatusDocument after = await network.WaitAsync(
            "all are voters, open and renewed", Patience,
            status => status.State == "open" && status.Nodes.All(node => node.Role is "leader" or "follower" && node.EvidenceExpires > lapsed));
        Assert.Equal(before.Nodes.Select(node => (node.ManagerPid, node.Incarnation)), after.Nodes.Select(node => (node.ManagerPid, node.Incarnation)));
        foreach (NodeDocument node in after.Nodes)
        {
            using var client = new KeyValueClient(node);
            await client.PutAsync(node.Name, "awake");
            Assert.Equal("sleep", await client.GetAsync("before", isLinearizable: true));
        }
    }

    private static Task<TestNetwork> StartAsync() => TestNetwork.StartAsync(
        "keyvalue", constitution => constitution["leases"] = new JsonObject { ["renewMs"] = RenewMs, ["durationMs"] = DurationMs });

    private static string RoleOf(StatusDocument status, NodeDocument node) => status.Nodes.Single(known => known.Name == node.Name).Role;

    /// <summary>The newest entry of this VN's ledger that ended a lease.</summary>
    private static async Task<(ulong Index, JsonElement Entry)> QuarantineAsync(NodeDocument node)
    {
        CommandResult shown = await CommandResult.CocoAsync("ledger", "show", node.LedgerDirectory);
        Assert.True(shown.ExitCode == 0, shown.Errors);
        string line = shown.Output.Split('\n').Last(text => text.Contains("\"quarantined\":", StringComparison.Ordinal));
        JsonElement entry = JsonSerializer.Deserialize<JsonElement>(line);
        return (entry.GetProperty("index").GetUInt64(), entry);
    }

    private static ulong[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetUInt64())];
}
