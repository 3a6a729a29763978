using System.Text.Json;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>A client checks the node that it talks to (TEE-4), with the command line.</summary>
[Collection(KeyValueNetwork.Collection)]
public sealed class EvidenceTests(KeyValueNetwork shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Evidence_is_fetched_for_both_endpoints_of_a_node_and_a_development_nodes_is_refused_unless_asked_for()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        string policy = Path.Combine(shared.Network.Data, "policy.json");
        await File.WriteAllTextAsync(policy, """{"platforms":["software"],"debugAllowed":true}""");
        string admin = status.Nodes[0].Admin!.StartsWith("https", StringComparison.Ordinal) ? status.Nodes[0].Admin! : "https://" + status.Nodes[0].Admin;
        foreach ((string[] more, string role) in (((string[], string)[])[([], "Manager"), (["--endpoint", status.Nodes[0].Rpc], "Worker")]))
        {
            CommandResult fetched = await CommandResult.CocoAsync(["evidence", "fetch", admin, .. more, "--policy", policy, "--json"]);
            Assert.True(fetched.ExitCode == 0, fetched.Output + fetched.Errors);
            using JsonDocument document = JsonDocument.Parse(fetched.Output);
            JsonElement claims = document.RootElement.GetProperty("claims");
            Assert.Equal(("node1", role, false), (claims.GetProperty("node").GetString(), claims.GetProperty("role").GetString(), claims.GetProperty("protected").GetBoolean()));
        }
        CommandResult strict = await CommandResult.CocoAsync("evidence", "fetch", admin, "--json");
        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("\"debug\"", strict.Output, StringComparison.Ordinal);
        // The endpoint of another node is not the one for which this manager vouches.
        CommandResult other = await CommandResult.CocoAsync("evidence", "fetch", admin, "--endpoint", status.Nodes[1].Rpc, "--policy", policy, "--json");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("tls-key", other.Output, StringComparison.Ordinal);
    }
}
