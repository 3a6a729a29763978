using System.Text;

namespace Coco.Core.Tests.Consensus;

/// <summary>
/// Runs one scenario text: blocks of commands, a line of four dashes, and the output that they must give, up to an empty line.
/// With COCO_REWRITE=1 the expectations are written anew; read the difference before you believe it.
/// </summary>
internal static class ScenarioRunner
{
    private const string Dashes = "----";

    public static string Folder { get; } = Path.Combine(Root(), "tests", "data", "raft");

    public static void Run(string path)
    {
        string expected = File.ReadAllText(path);
        string actual = Play(expected);
        if (Environment.GetEnvironmentVariable("COCO_REWRITE") == "1") File.WriteAllText(path, actual);
        else Assert.Equal(expected, actual);
    }

    /// <summary>The same text with the output that the commands give.</summary>
    public static string Play(string text)
    {
        ScenarioCommands commands = new();
        StringBuilder played = new();
        bool isInOutput = false;
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (isInOutput && line.Length > 0) continue;
            isInOutput = false;
            played.Append(line).Append('\n');
            if (line == Dashes)
            {
                played.Append(commands.TakeOutput());
                isInOutput = true;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                RunLine(commands, line);
            }
        }
        Assert.Equal("", commands.TakeOutput());
        return played.ToString();
    }

    private static void RunLine(ScenarioCommands commands, string line)
    {
        try
        {
            commands.Run(line);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"At \"{line}\", after:\n{commands.TakeOutput()}", exception);
        }
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Coco.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The repository's root was not found.");
    }
}
