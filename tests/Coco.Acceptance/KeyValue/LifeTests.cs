using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>The everyday life of a network: reads everywhere, stops and starts, and mistakes that are named.</summary>
[Collection(KeyValueNetwork.Collection)]
public sealed class LifeTests(KeyValueNetwork shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_is_put_through_one_VN_is_read_through_all()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        KeyValueClient[] nodes = [.. status.Nodes.Select(node => new KeyValueClient(node))];
        foreach (KeyValueClient writer in nodes)
        {
            string key = Guid.NewGuid().ToString();
            Outcome outcome = await writer.PutAsync(key, writer.Name);
            Assert.True(outcome.Applied);
            Assert.Equal(writer.Name, await writer.GetAsync(key));
            foreach (KeyValueClient reader in nodes) Assert.Equal(writer.Name, await reader.GetAsync(key, isLinearizable: true));
        }
        foreach (KeyValueClient node in nodes) node.Dispose();
    }

    [Fact]
    public async Task A_worker_whose_manager_hangs_answers_503_within_about_a_second_and_goes_on_afterwards()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        NodeDocument follower = status.Nodes.First(node => node.Role == "follower");
        using KeyValueClient client = new(follower);
        Assert.Equal(HttpStatusCode.OK, await client.ReadStatusAsync());
        await SignalAsync("STOP", follower.ManagerPid!.Value);
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (await client.ReadStatusAsync() == HttpStatusCode.OK) await Task.Delay(10);
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.3, 3);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await client.ReadStatusAsync());
        }
        finally
        {
            await SignalAsync("CONT", follower.ManagerPid!.Value);
        }
        await shared.Network.WaitUntilWholeAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, await client.ReadStatusAsync());
    }

    [Fact]
    public async Task A_manager_that_cant_read_its_ledger_back_says_why_and_ends_with_code_4_and_is_whole_again()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        NodeDocument follower = status.Nodes.First(node => node.Role == "follower");
        using (KeyValueClient client = new(status.Nodes[0])) await client.PutAsync("before the damage", "kept");
        string folder = Path.Combine(shared.Network.Data, follower.Name);
        string ledger = Directory.EnumerateFiles(Path.Combine(folder, "manager", "ledger"), "ledger_*").Order(StringComparer.Ordinal).First();
        using (FileStream file = new(ledger, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Position = file.Length / 2;
            int read = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(read ^ 1));
        }
        TestNetwork.Kill(follower.WorkerPid); // the next one is given the ledger from its beginning
        await shared.Network.WaitAsync("its manager was started again", Patience, now => now.Nodes.First(node => node.Name == follower.Name).ManagerPid is { } process && process != follower.ManagerPid);
        await shared.Network.WaitUntilWholeAsync(Patience);
        Assert.Contains($"{follower.Name}/manager ended with code 4", await File.ReadAllTextAsync(Path.Combine(shared.Network.Data, "supervisor.log")), StringComparison.Ordinal);
        Assert.Contains("This VN stops: a new start is needed:", await File.ReadAllTextAsync(Path.Combine(folder, "manager.log")), StringComparison.Ordinal);
        using KeyValueClient again = new(follower);
        Assert.Equal("kept", await again.GetAsync("before the damage", isLinearizable: true));
    }

    [Fact]
    public async Task Down_and_up_go_on_with_all_data()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        string[] keys = [.. Enumerable.Range(0, 20).Select(_ => Guid.NewGuid().ToString())];
        using (KeyValueClient before = new(status.Nodes[1]))
            foreach (string key in keys) await before.PutAsync(key, $"value of {key}");
        Assert.Equal(0, (await shared.Network.DownAsync()).ExitCode);
        Assert.Equal("stopped", (await shared.Network.StatusAsync()).State);
        foreach (int? process in status.Nodes.SelectMany(node => new[] { node.ManagerPid, node.WorkerPid })) AssertEnded(process!.Value);
        CommandResult up = await shared.Network.UpAsync();
        Assert.True(up.ExitCode == 0, up.Errors);
        foreach (NodeDocument node in (await shared.Network.StatusAsync()).Nodes)
        {
            using KeyValueClient client = new(node);
            foreach (string key in keys) Assert.Equal($"value of {key}", await client.GetAsync(key, isLinearizable: true));
            await client.PutAsync(keys[0], $"value of {keys[0]}");
        }
    }

    [Fact]
    public async Task A_second_up_on_a_running_network_is_refused()
    {
        CommandResult again = await shared.Network.UpAsync();
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("runs from", again.Errors, StringComparison.Ordinal);
        Assert.Contains(shared.Network.Data, again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_nothing_is_left_behind()
    {
        string data = Path.Combine(Path.GetTempPath(), $"coco-taken-{Guid.NewGuid():N}");
        CommandResult up = await CommandResult.CocoAsync(
            "up", "--ledger", "keyvalue", "--data", data, "--port-base", $"{shared.Network.PortBase}", "--detach", "--json");
        Assert.Equal((1, ""), (up.ExitCode, up.Output));
        Assert.Contains($"Port {shared.Network.PortBase} is taken", up.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_genesis_file_that_is_none_is_named_and_nothing_is_left_behind()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("coco-genesis-");
        try
        {
            string genesis = Path.Combine(folder.FullName, "genesis.json");
            await File.WriteAllTextAsync(genesis, "[]");
            string data = Directory.CreateDirectory(Path.Combine(folder.FullName, "data")).FullName;
            CommandResult up = await CommandResult.CocoAsync("up", "--data", data, "--port-base", $"{TestNetwork.FreePorts(3)}", "--genesis", genesis, "--detach", "--json");
            Assert.Equal((1, ""), (up.ExitCode, up.Output));
            Assert.Contains("genesis.json is no genesis file", up.Errors, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(data));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_that_is_no_network_and_one_of_another_version_are_refused()
    {
        DirectoryInfo foreign = Directory.CreateTempSubdirectory("coco-foreign-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(foreign.FullName, "letter.txt"), "not ours");
            CommandResult up = await UpOnAsync(foreign.FullName);
            Assert.Equal((1, ""), (up.ExitCode, up.Output));
            Assert.Contains("holds no network", up.Errors, StringComparison.Ordinal);

            JsonNode description = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(shared.Network.Data, "network.json")))!;
            description["version"] = 99;
            await File.WriteAllTextAsync(Path.Combine(foreign.FullName, "network.json"), description.ToJsonString());
            up = await UpOnAsync(foreign.FullName);
            Assert.Equal((1, ""), (up.ExitCode, up.Output));
            Assert.Contains("version 99", up.Errors, StringComparison.Ordinal);
        }
        finally
        {
            foreign.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_stopped_node_stays_down_until_it_is_started_and_catches_up()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        string name = status.Nodes.First(node => node.Role == "follower").Name;
        Assert.Equal(0, (await CommandResult.CocoAsync("node", "stop", name, "--data", shared.Network.Data)).ExitCode);
        string key = Guid.NewGuid().ToString();
        await using (CounterLoad load = new(status with { Nodes = [.. status.Nodes.Where(node => node.Name != name)] }, 2))
        {
            using KeyValueClient client = new(status.Nodes.First(node => node.Name != name));
            await load.AdvanceAsync(5);
            await client.PutAsync(key, "while it was away");
            Assert.Equal("stopped", (await shared.Network.StatusAsync()).Nodes.Single(node => node.Name == name).Role);
            await load.StopAndCheckAsync();
        }
        Assert.Equal(0, (await CommandResult.CocoAsync("node", "start", name, "--data", shared.Network.Data)).ExitCode);
        status = await shared.Network.WaitUntilWholeAsync(Patience);
        using KeyValueClient back = new(status.Nodes.Single(node => node.Name == name));
        Assert.Equal("while it was away", await back.GetAsync(key, isLinearizable: true));
    }

    private static Task<CommandResult> UpOnAsync(string data) => CommandResult.CocoAsync(
        "up", "--ledger", "keyvalue", "--data", data, "--port-base", $"{TestNetwork.FreePorts(3)}", "--detach", "--json");

    private static async Task SignalAsync(string signal, int process) =>
        Assert.Equal(0, (await CommandResult.RunAsync("/bin/sh", ["-c", $"kill -{signal} {process}"], Patience)).ExitCode);

    private static void AssertEnded(int process) => Assert.Throws<ArgumentException>(() => Process.GetProcessById(process));
}
