using System.Text.Json;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.Ethereum;

/// <summary>
/// Scripts in <c>clients/</c> and <c>toolchains/</c> that use libraries and tools from npm as they are; versions are pinned by the
/// lock files.
/// </summary>
internal static class ForeignClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Compilers run in WebAssembly, and half a gigabyte of tools comes over the wire the first time.</summary>
    private static readonly TimeSpan ToolPatience = TimeSpan.FromMinutes(6);
    private static readonly SemaphoreSlim Installing = new(1);

    private static string Folder(string name) => Path.Combine(Checkout.Root, "tests", "Coco.Acceptance", name);

    public static string Token => Path.Combine(Checkout.Root, "samples", "contracts", "BenchToken.json");

    /// <summary>Runs a script to its end; it trusts the network's own authority beside the system's.</summary>
    public static async Task<CommandResult> RunAsync(StatusDocument status, string script, params string[] arguments)
    {
        await InstallAsync("clients", Patience);
        return await CommandResult.RunAsync(
            "/usr/bin/env", [$"NODE_EXTRA_CA_CERTS={status.Nodes[0].CaFile}", "node", script, .. arguments], Patience, Folder("clients"));
    }

    /// <summary>Runs Hardhat, forge and cast, on copies in <paramref name="workFolder"/>.</summary>
    public static async Task<CommandResult> RunToolchainsAsync(string statusFile, string workFolder)
    {
        await InstallAsync("toolchains", ToolPatience);
        return await CommandResult.RunAsync("node", ["run.mjs", statusFile, workFolder], ToolPatience, Folder("toolchains"));
    }

    public static async Task<string> WriteStatusAsync(TestNetwork network, StatusDocument status)
    {
        string file = Path.Combine(network.Data, "status.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(status, JsonSerializerOptions.Web));
        return file;
    }

    private static async Task InstallAsync(string name, TimeSpan patience)
    {
        await Installing.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(Folder(name), "node_modules"))) return;
            CommandResult installed = await CommandResult.RunAsync("npm", ["ci", "--no-fund", "--no-audit", "--ignore-scripts"], patience, Folder(name));
            Assert.True(installed.ExitCode == 0, installed.Errors);
        }
        finally
        {
            Installing.Release();
        }
    }
}
