using System.Text.Json;

namespace Coco.Acceptance.Network;

/// <summary>Whoever builds a release again gets the measurement that its publisher told (TEE-2).</summary>
public sealed class ReproducibleBuildTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [LongFact]
    public async Task Two_clones_in_two_folders_have_the_same_measurement()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("coco-clones-");
        try
        {
            string one = await BuildAsync(Path.Combine(folder.FullName, "one"), isClone: true);
            string other = await BuildAsync(Path.Combine(folder.FullName, "a-longer-name", "other"), isClone: false);
            Assert.Equal(one, other);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A clone, or the same files without a repository around them.</summary>
    private static async Task<string> BuildAsync(string target, bool isClone)
    {
        Directory.CreateDirectory(target);
        await RunAsync("git", isClone ? ["clone", "-q", Checkout.Root, target] : ["clone", "-q", "--depth", "1", "file://" + Checkout.Root, target]);
        if (!isClone) Directory.Delete(Path.Combine(target, ".git"), recursive: true);
        foreach (string program in (string[])["coco-manager", "coco-worker"])
            await RunAsync("dotnet", ["build", Path.Combine(target, "src", "apps", program), "-c", "Release", "--nologo", "-v", "q"]);
        return $"{await MeasureAsync(target, "coco-manager")} {await MeasureAsync(target, "coco-worker")}";
    }

    private static async Task<string> MeasureAsync(string target, string program)
    {
        CommandResult measured = await CommandResult.CocoAsync("measure", "software", Path.Combine(target, "artifacts", "bin", program, "release"), "--json");
        Assert.True(measured.ExitCode == 0, measured.Errors);
        using JsonDocument document = JsonDocument.Parse(measured.Output);
        return document.RootElement.GetProperty("measurement").GetString()!;
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        CommandResult result = await CommandResult.RunAsync(program, arguments, Patience);
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {result.Output}{result.Errors}");
    }
}
