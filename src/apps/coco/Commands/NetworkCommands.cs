using System.CommandLine;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Starting, watching and stopping networks.</summary>
internal static class NetworkCommands
{
    public static IEnumerable<Command> All() => [Up(), Status(), Down(), Logs(), Node(), Supervise()];

    private static Command Up()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Option<int> nodes = new("--nodes") { Description = "Validating nodes.", DefaultValueFactory = _ => 3 };
        Option<int?> organisations = new("--organisations") { Description = "Organisations that run them; one for each node if left out." };
        Option<string> ledger = new("--ledger") { Description = "The ledger.", DefaultValueFactory = _ => "ethereum" };
        Option<string?> genesis = new("--genesis") { Description = "An Ethereum genesis file in geth's form.", HelpName = "FILE" };
        Option<string?> constitution = new("--constitution") { Description = "A constitution whose members and nodes are filled in.", HelpName = "FILE" };
        Option<int?> batchLimit = new("--batch-limit") { Description = "Transactions in a batch at most." };
        Option<int?> snapshotEntries = new("--snapshot-entries") { Description = "Write the state down after this many entries." };
        Option<string> consensus = new("--consensus") { Description = "The consensus plug.", DefaultValueFactory = _ => "raft" };
        Option<int> portBase = new("--port-base") { Description = "The first port; each node takes ten.", DefaultValueFactory = _ => 8540 };
        Option<bool> detach = new("--detach") { Description = "Return when the network is open, and leave it running." };
        ledger.AcceptOnlyFromAmong("ethereum", "keyvalue");
        consensus.AcceptOnlyFromAmong("raft");
        Command command = new("up", "Start a network on this machine.\n\nExample: coco up --nodes 3 --detach --json")
        {
            data, json, nodes, organisations, ledger, genesis, constitution, batchLimit, snapshotEntries, consensus, portBase, detach,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            UpOptions options = new()
            {
                Nodes = parsed.GetValue(nodes),
                Organisations = parsed.GetValue(organisations),
                Ledger = parsed.GetRequiredValue(ledger),
                GenesisFile = parsed.GetValue(genesis),
                ConstitutionFile = parsed.GetValue(constitution),
                BatchLimit = parsed.GetValue(batchLimit),
                SnapshotEntries = parsed.GetValue(snapshotEntries),
                Consensus = parsed.GetRequiredValue(consensus),
                PortBase = parsed.GetValue(portBase),
            };
            DataDirectory directory = Shared.DataOf(parsed, data);
            NetworkStatus status = await NetworkHost.UpAsync(directory, options, Environment.ProcessPath!, cancellation);
            StatusPrinter.Print(status, parsed.GetValue(json));
            return parsed.GetValue(detach) ? ExitCode.Done : await HoldAsync(directory, cancellation);
        });
        return command;
    }

    /// <summary>Waits for Ctrl-C and stops the network.</summary>
    private static async Task<int> HoldAsync(DataDirectory data, CancellationToken cancellation)
    {
        Console.Error.WriteLine("Press Ctrl-C to stop the network.");
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await NetworkHost.DownAsync(data, CancellationToken.None);
        return ExitCode.Interrupted;
    }

    private static Command Status()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Command command = new("status", "Show a network, its nodes and its alerts.\n\nExample: coco status --json") { data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            StatusPrinter.Print(await StatusReader.ReadAsync(Shared.DataOf(parsed, data), cancellation), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Down()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Command command = new("down", "Stop a network; its data stay.\n\nExample: coco down") { data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            bool ran = await NetworkHost.DownAsync(Shared.DataOf(parsed, data), cancellation);
            if (parsed.GetValue(json)) Shared.PrintJson(new { State = "stopped" });
            else Console.Out.WriteLine(ran ? "Stopped." : "Nothing was running.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Logs()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Argument<string?> node = new("NODE") { Description = "One node only.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> follow = new("--follow") { Description = "Go on as the logs grow." };
        Command command = new("logs", "Show the logs of a network's processes.\n\nExample: coco logs node1 --follow") { data, node, follow };
        command.SetAction(async (parsed, cancellation) =>
        {
            await NetworkHost.LogsAsync(Shared.DataOf(parsed, data), parsed.GetValue(node), parsed.GetValue(follow), Console.Out, cancellation);
            return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
        });
        return command;
    }

    private static Command Node() => Shared.Group("node", "Start, stop, add and remove validating nodes.",
        OneNode("start", "Start a stopped node.", NetworkHost.StartNodeAsync),
        OneNode("stop", "Stop a node until it is started again by name.", NetworkHost.StopNodeAsync),
        AddNode(), RemoveNode(),
        OperatorCommands.Init(), OperatorCommands.Join());

    private static Command AddNode()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Argument<string> node = new("NODE") { Description = "The new node's name." };
        Option<string?> organisation = new("--organisation") { Description = "Who runs it; the one with the fewest nodes if left out.", HelpName = "ORG" };
        Command command = new("add", "Add a node to a development network, by votes of all members.\n\nExample: coco node add node4")
        {
            data, json, node, organisation,
        };
        command.SetAction((parsed, cancellation) => ChangeAsync(
            parsed, data, json, directory => NodeChange.AddAsync(directory, parsed.GetRequiredValue(node), parsed.GetValue(organisation), cancellation), cancellation));
        return command;
    }

    private static Command RemoveNode()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Argument<string> node = new("NODE") { Description = "The node's name." };
        Command command = new("remove", "Remove a node from a development network, by votes of all members; its files stay.\n\nExample: coco node remove node4")
        {
            data, json, node,
        };
        command.SetAction((parsed, cancellation) => ChangeAsync(
            parsed, data, json, directory => NodeChange.RemoveAsync(directory, parsed.GetRequiredValue(node), cancellation), cancellation));
        return command;
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed, Option<DirectoryInfo> data, Option<bool> json, Func<DataDirectory, Task> change, CancellationToken cancellation)
    {
        DataDirectory directory = Shared.DataOf(parsed, data);
        await change(directory);
        NetworkStatus status = await StatusReader.ReadAsync(directory, cancellation);
        if (parsed.GetValue(json)) Shared.PrintJson(new { status.State });
        else Console.Out.WriteLine($"The network is {status.State}.");
        return ExitCode.Done;
    }

    private static Command OneNode(string name, string description, Func<DataDirectory, string, CancellationToken, Task> act)
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Argument<string> node = new("NODE") { Description = "The node's name." };
        Command command = new(name, $"{description}\n\nExample: coco node {name} node2") { data, json, node };
        command.SetAction(async (parsed, cancellation) =>
        {
            DataDirectory directory = Shared.DataOf(parsed, data);
            await act(directory, parsed.GetRequiredValue(node), cancellation);
            NetworkStatus status = await StatusReader.ReadAsync(directory, cancellation);
            if (parsed.GetValue(json)) Shared.PrintJson(new { status.State });
            else Console.Out.WriteLine($"The network is {status.State}.");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What <c>up</c> leaves behind: the process keeper.</summary>
    private static Command Supervise()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Command command = new("supervise", "Keep the processes of a network running (started by up).\n\nExample: coco supervise --data data")
        {
            data,
        };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            await new NetworkSupervisor(Shared.DataOf(parsed, data), Console.Out).RunAsync(cancellation);
            return ExitCode.Done;
        });
        return command;
    }
}
