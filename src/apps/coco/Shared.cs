using System.CommandLine;
using System.Text.Json;
using Coco.Bench;
using Coco.Supervisor;
using Spectre.Console;

namespace Coco.Apps.Cli;

/// <summary>Options that many commands have, and how they print.</summary>
internal static class Shared
{
    public static Option<bool> Json() => new("--json") { Description = "Print exactly one JSON document on standard output." };

    public static Option<DirectoryInfo> Data() => new("--data")
    {
        Description = "The folder of the network.",
        DefaultValueFactory = _ => new DirectoryInfo("data"),
        HelpName = "DIR",
    };

    public static DataDirectory DataOf(ParseResult parsed, Option<DirectoryInfo> option) => new(parsed.GetRequiredValue(option).FullName);

    /// <summary>The URL that an option names, if any.</summary>
    public static Uri? Url(string? text) => text is null ? null : Uri.TryCreate(text, UriKind.Absolute, out Uri? url) ? url
        : throw new BenchFailureException(BenchFailureKind.Usage, $"{text} is not a URL.");

    public static void PrintJson<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, SupervisorJson.Options));

    /// <summary>Colours and line widths are for terminals: files and pipes get plain, whole lines.</summary>
    public static void PlainWhenRedirected()
    {
        if (!Console.IsOutputRedirected) return;
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        AnsiConsole.Console.Profile.Width = 200;
    }

    /// <summary>Two columns; colours only on a terminal.</summary>
    public static void PrintFacts(IEnumerable<(string Name, string Value)> facts)
    {
        Grid grid = new Grid().AddColumn().AddColumn();
        foreach ((string name, string value) in facts) grid.AddRow($"[grey]{Markup.Escape(name)}[/]", Markup.Escape(value));
        AnsiConsole.Write(grid);
    }

    /// <summary>A command that the contract names and this version does not have.</summary>
    public static Command NotYet(string name, string description)
    {
        Command command = new(name, description + "\n\nNot in this version.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(parsed =>
        {
            Console.Error.WriteLine($"coco {PathOf(command)}: not in this version.");
            return ExitCode.Usage;
        });
        return command;
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent ? $"{PathOf(parent)} {command.Name}" : command.Name;

    /// <summary>A command that only groups others.</summary>
    public static Command Group(string name, string description, params Command[] commands)
    {
        Command group = new(name, description);
        foreach (Command command in commands) group.Subcommands.Add(command);
        return group;
    }
}
