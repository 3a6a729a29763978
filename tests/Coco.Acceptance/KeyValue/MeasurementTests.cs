using System.Diagnostics;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>A manager whose program differs in one byte is not let in (NET-3), nor is such a worker by its manager (TEE-2).</summary>
public sealed class MeasurementTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_VN_with_another_measurement_is_refused_by_name_of_the_check_and_the_others_go_on()
    {
        await using TestNetwork network = await TestNetwork.StartAsync("keyvalue");
        string changed = CopyChanged(network.Data);
        Assert.Equal(0, (await CommandResult.CocoAsync("node", "stop", "node3", "--data", network.Data)).ExitCode);
        ProcessStartInfo start = new(Path.Combine(changed, "coco-manager"), ["--config", Path.Combine(network.Data, "node3", "config.json")])
        {
            RedirectStandardOutput = true,
        };
        using Process manager = Process.Start(start)!;
        try
        {
            string refusal = await LineWithAsync(manager.StandardOutput, "refused this VN");
            Assert.Contains("measurement", refusal, StringComparison.Ordinal);
        }
        finally
        {
            manager.Kill();
            await manager.WaitForExitAsync();
        }
        string logs = (await CommandResult.CocoAsync("logs", "--data", network.Data)).Output;
        Assert.Contains("measurement", logs, StringComparison.Ordinal);
        StatusDocument status = await network.StatusAsync();
        using KeyValueClient client = new(status.Nodes[0]);
        await client.PutAsync("still", "open");
    }

    [Fact]
    public async Task A_worker_with_another_measurement_is_not_welcomed_by_its_manager()
    {
        await using TestNetwork network = await TestNetwork.StartAsync("keyvalue", nodes: 1);
        string changed = CopyChanged(network.Data, "coco-worker");
        string[] arguments = ["--config", Path.Combine(network.Data, "node1", "config.json")];
        Assert.Equal(0, (await CommandResult.CocoAsync("node", "stop", "node1", "--data", network.Data)).ExitCode);
        using Process manager = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.FolderOf("coco-manager"), "coco-manager"), arguments) { RedirectStandardOutput = true })!;
        using Process worker = Process.Start(new ProcessStartInfo(Path.Combine(changed, "coco-worker"), arguments))!;
        try
        {
            Assert.Contains("code manifest", await LineWithAsync(manager.StandardOutput, "ALERT worker"), StringComparison.Ordinal);
        }
        finally
        {
            foreach (Process process in (Process[])[manager, worker])
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }
    }

    private static string CopyChanged(string data, string program = "coco-manager")
    {
        string copy = Path.Combine(data, "changed");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(Checkout.FolderOf(program))) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        File.AppendAllText(Path.Combine(copy, program + ".runtimeconfig.json"), "\n");
        return copy;
    }

    private static async Task<string> LineWithAsync(StreamReader reader, string part)
    {
        using CancellationTokenSource late = new(Patience);
        List<string> seen = [];
        while (await reader.ReadLineAsync(late.Token) is { } line)
        {
            seen.Add(line);
            if (line.Contains(part, StringComparison.Ordinal)) return line;
        }
        throw new InvalidOperationException($"No line with '{part}' in:\n{string.Join('\n', seen)}");
    }
}
