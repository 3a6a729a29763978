using System.CommandLine;
using Coco.Apps.Cli.Commands;

namespace Coco.Apps.Cli;

/// <summary>The tree of commands, and what becomes of errors. The names, options and exit codes are a contract with scripts.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        Shared.PlainWhenRedirected();
        RootCommand root = new("Coco: a framework for confidential ledgers.\n\nExample: coco up --detach && coco status");
        foreach (Command command in (Command[])[.. NetworkCommands.All(), .. GovernanceCommands.All(), .. OperatorCommands.All(), .. LoadCommands.All(), .. ProofCommands.All(), .. LedgerCommands.All(), EvidenceCommands.Make(), MeasureCommands.Make()])
            root.Subcommands.Add(command);
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine("See: coco --help");
            return ExitCode.Usage;
        }
        return await Failures.CatchAsync(() => parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }));
    }
}
