using System.Text.Json;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>`coco chaos` breaks the links of a real network and finds that everything it promised holds.</summary>
public sealed class ChaosTests
{
    private static bool HasNamespaces =>
        Environment.UserName == "root" && File.Exists("/usr/bin/nsenter") && File.Exists("/dev/net/tun") && (File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"));

    [Fact]
    public async Task Links_break_in_namespaces_where_there_are_any_and_nothing_of_them_is_left()
    {
        int portBase = TestNetwork.FreePorts(3);
        JsonElement report = await RunAsync(portBase, "--faults", "oneway,pair,flap,delay");
        Assert.Equal(HasNamespaces ? "namespaces" : "proxies", report.GetProperty("partitionedBy").GetString());
        if (HasNamespaces) Assert.Empty(Directory.EnumerateFiles("/run/netns", $"coco{portBase}-*"));
    }

    /// <summary>A path without <c>ip</c>: as on a machine without namespaces.</summary>
    [LongFact]
    public async Task Links_break_in_proxies_where_there_are_no_namespaces()
    {
        DirectoryInfo path = Directory.CreateTempSubdirectory("coco-path-");
        File.CreateSymbolicLink(Path.Combine(path.FullName, "setsid"), "/usr/bin/setsid");
        JsonElement report = await RunAsync(TestNetwork.FreePorts(3), ["--faults", "partition,unplug,delay"], path.FullName);
        path.Delete(recursive: true);
        Assert.Equal("proxies", report.GetProperty("partitionedBy").GetString());
    }

    private static Task<JsonElement> RunAsync(int portBase, params string[] faults) => RunAsync(portBase, faults, Environment.GetEnvironmentVariable("PATH")!);

    private static async Task<JsonElement> RunAsync(int portBase, string[] faults, string path)
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("coco-chaos-test-");
        try
        {
            CommandResult run = await CommandResult.RunAsync(
                "/usr/bin/env", [$"PATH={path}", Checkout.Cli, "chaos", "--minutes", "0.1", "--data", data.FullName, "--port-base", $"{portBase}", "--json", .. faults],
                TimeSpan.FromMinutes(4));
            Assert.True(run.ExitCode == 0, run.Errors + run.Output);
            JsonElement report = JsonDocument.Parse(run.Output).RootElement;
            Assert.NotEmpty(report.GetProperty("faults").EnumerateObject());
            Assert.True(report.GetProperty("acknowledged").GetInt32() > 0);
            Assert.True(report.GetProperty("ledgersIdentical").GetBoolean());
            return report;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
