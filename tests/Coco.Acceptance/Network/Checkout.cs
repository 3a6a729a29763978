using System.Diagnostics;

namespace Coco.Acceptance.Network;

/// <summary>The programs of this checkout, built once if they are missing.</summary>
internal static class Checkout
{
    private static readonly Lazy<string> Built = new(Build);

    public static string Root { get; } = FindRoot();

    /// <summary>The command line program.</summary>
    public static string Cli => Built.Value;

    /// <summary>The folder of a built program.</summary>
    public static string FolderOf(string program) => Path.Combine(Root, "artifacts", "bin", program, "release");

    /// <summary>Long runs are asked for (<c>./coco test --long</c>, or COCO_LONG=1).</summary>
    public static bool IsLong =>
        Environment.GetEnvironmentVariable("COCO_LONG") == "1";

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Coco.slnx"))) return at.FullName;
        throw new InvalidOperationException("The tests run outside a checkout.");
    }

    private static string Build()
    {
        string[] programs = [.. new[] { "coco", "coco-manager", "coco-worker" }.Select(name => Path.Combine(FolderOf(name), name))];
        if (programs.All(File.Exists)) return programs[0];
        using Process build = Process.Start(new ProcessStartInfo(Path.Combine(Root, "coco"), ["build"]) { WorkingDirectory = Root })!;
        build.WaitForExit();
        return build.ExitCode == 0 ? programs[0] : throw new InvalidOperationException("./coco build failed.");
    }
}
