using System.Text.Json;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.Ethereum;

/// <summary>Scripts in <c>clients/</c> that use libraries from npm as they are; versions are pinned by the lock file.</summary>
internal static class ForeignClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly SemaphoreSlim Installing = new(1);

    private static string Folder => Path.Combine(Checkout.Root, "tests", "Coco.Acceptance", "clients");

    public static string Token => Path.Combine(Checkout.Root, "samples", "contracts", "BenchToken.json");

    /// <summary>Runs a script to its end; it trusts the network's own authority beside the system's.</summary>
    public static async Task<CommandResult> RunAsync(StatusDocument status, string script, params string[] arguments)
    {
        await InstallAsync();
        return await CommandResult.RunAsync(
            "/usr/bin/env", [$"NODE_EXTRA_CA_CERTS={status.Nodes[0].CaFile}", "node", script, .. arguments], Patience, Folder);
    }

    public static async Task<string> WriteStatusAsync(TestNetwork network, StatusDocument status)
    {
        string file = Path.Combine(network.Data, "status.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(status, JsonSerializerOptions.Web));
        return file;
    }

    private static async Task InstallAsync()
    {
        await Installing.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(Folder, "node_modules"))) return;
            CommandResult installed = await CommandResult.RunAsync("npm", ["ci", "--no-fund", "--no-audit"], Patience, Folder);
            Assert.True(installed.ExitCode == 0, installed.Errors);
        }
        finally
        {
            Installing.Release();
        }
    }
}
