using Coco.Supervisor;
using Spectre.Console;

namespace Coco.Apps.Cli;

/// <summary>Prints the status for people or for programs.</summary>
internal static class StatusPrinter
{
    public static void Print(NetworkStatus status, bool asJson)
    {
        if (asJson)
        {
            Shared.PrintJson(status);
            return;
        }
        AnsiConsole.MarkupLine($"Network [bold]{Markup.Escape(status.Network)}[/] is [bold]{status.State}[/] " +
            $"({status.Ledger}{(status.ChainId is { } id ? $", chain id {id}" : "")}, {status.Platform} platform, " +
            $"{status.Quorum.Live} voting nodes live, {status.Quorum.Needed} needed)");
        if (!status.Protected) AnsiConsole.MarkupLine("[yellow]Not protected: the software platform hides nothing from this machine.[/]");
        if (status.Needs is { } needs) AnsiConsole.MarkupLine($"[red]Needs: {Markup.Escape(needs)}[/]");
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("node", "organisation", "role", "rpc", "committed", "restarts");
        foreach (TableColumn column in table.Columns) column.NoWrap();
        foreach (StatusNode node in status.Nodes)
            table.AddRow(node.Name, node.Organisation, node.Role, node.Rpc, node.CommitIndex?.ToString() ?? "-", $"{node.Restarts}");
        AnsiConsole.Write(table);
        foreach (StatusAlert alert in status.Alerts)
            AnsiConsole.MarkupLine($"[red]{Markup.Escape($"{alert.At} {alert.Node} {alert.Kind}: {alert.Text}")}[/]");
        foreach (StatusNode node in status.Nodes) Console.Out.WriteLine($"{node.Name}: plain HTTP {node.DevelopmentRpc ?? "-"}, CA file {node.CaFile}");
        foreach (DevelopmentAccount account in status.Accounts)
            Console.Out.WriteLine($"{account.Organisation}: account {account.Address}, private key {account.PrivateKey}");
    }
}
