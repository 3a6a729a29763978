using System.Text.Json;
using System.Text.Json.Nodes;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>Manager and worker as if each were in a TEE of its own (NET-1): real processes that talk in attested TLS.</summary>
public sealed class AttestedBoundaryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_worker_serves_when_both_sides_accept_each_others_evidence_and_not_before()
    {
        await using TestNetwork network = await TestNetwork.StartAsync("keyvalue", nodes: 1);
        using (var client = new KeyValueClient((await network.WaitUntilWholeAsync(Patience)).Nodes[0])) await client.PutAsync("over", "the socket");
        CommandResult measured = await CommandResult.CocoAsync("measure", "software", "--json");
        string manager = JsonSerializer.Deserialize<JsonElement>(measured.Output).GetProperty("manager").GetString()!;
        // A worker that was told to believe another manager does not serve; the network is not open.
        await ConfigureAsync(network, "0x" + new string('a', 64));
        Task<CommandResult> waiting = network.UpAsync();
        await network.WaitAsync("the manager says why", Patience, status => status.Alerts.Any(
            alert => alert.Kind == "worker" && alert.Text.StartsWith("The worker refuses this manager: measurement:", StringComparison.Ordinal)));
        Assert.NotEqual("open", (await network.StatusAsync()).State);
        await ConfigureAsync(network, manager);
        Assert.NotEqual(0, (await waiting).ExitCode);
        await network.UpAsync();
        StatusDocument whole = await network.WaitUntilWholeAsync(Patience);
        using var again = new KeyValueClient(whole.Nodes[0]);
        await again.PutAsync("now", "attested");
        Assert.Equal(("the socket", "attested"), (await again.GetAsync("over"), await again.GetAsync("now", isLinearizable: true)));
    }

    private static async Task ConfigureAsync(TestNetwork network, string expectedManager)
    {
        await network.DownAsync();
        string file = Path.Combine(network.Data, "node1", "config.json");
        JsonNode configuration = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        (configuration["boundaryAddress"], configuration["expectMeasurement"]) = ($"127.0.0.1:{network.PortBase + 9}", expectedManager);
        await File.WriteAllTextAsync(file, configuration.ToJsonString());
    }
}
