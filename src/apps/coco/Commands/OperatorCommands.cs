using System.CommandLine;
using Coco.Governance;
using Coco.Primitives;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Networks of separate operators: each with a folder and keys of its own.</summary>
internal static class OperatorCommands
{
    public static IEnumerable<Command> All() =>
    [
        Shared.Group("network", "Create a network as its first operator.", Create()),
        Shared.Group("constitution", "Write and check a constitution.", Compose(), Check()),
    ];

    public static Command Init()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Option<string> organisation = new("--organisation") { Description = "Who runs the node.", HelpName = "NAME", Required = true };
        Option<string> address = new("--address") { Description = "Where other nodes will reach this one.", HelpName = "HOST:PORT", Required = true };
        Option<string?> name = new("--name") { Description = "The node's name; ORGANISATION-node if left out.", HelpName = "NODE" };
        Option<string?> client = new("--client-address") { Description = "Where applications will reach it; three ports before --address if left out.", HelpName = "HOST:PORT" };
        Option<string?> admin = new("--admin-address") { Description = "Where its operator will reach it; one port before --address if left out.", HelpName = "HOST:PORT" };
        Option<string> platform = new("--platform") { Description = "The TEE to run in: sev-snp, tdx, sgx, azure-sev-snp, azure-tdx, auto for whatever is there, or software.", HelpName = "NAME", DefaultValueFactory = _ => "software" };
        Option<DirectoryInfo?> collateral = new("--collateral") { Description = "Certificates and collateral that go with the hardware's evidence; you keep them fresh.", HelpName = "DIR" };
        Command command = new("init", "Create keys and a data folder for one node of one operator.\n\nExample: coco node init --data alpha --organisation alpha --address 127.0.0.1:9543")
        {
            data, json, organisation, address, name, client, admin, platform, collateral,
        };
        command.SetAction(async (parsed, cancellation) => Print(parsed.GetValue(json), await OperatorNode.InitAsync(
            Shared.DataOf(parsed, data),
            new OperatorInit(
                parsed.GetRequiredValue(organisation), parsed.GetRequiredValue(address), parsed.GetValue(name), parsed.GetValue(client), parsed.GetValue(admin),
                parsed.GetValue(platform)!, parsed.GetValue(collateral)?.FullName),
            cancellation)));
        return command;
    }

    public static Command Join()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Option<string> address = new("--address") { Description = "A node of the network, as the other nodes reach it.", HelpName = "HOST:PORT", Required = true };
        Option<string?> constitution = new("--expect-constitution") { Description = "The digest of the constitution that you agreed to.", HelpName = "HASH" };
        Option<FileInfo?> file = new("--constitution") { Description = "The constitution itself: its manifests say which platforms and programs the others may have.", HelpName = "FILE" };
        Option<string?> measurement = new("--expect-measurement") { Description = "The manager programs that the others may run, with commas between; this one's if left out.", HelpName = "M" };
        Option<string?> genesis = new("--genesis") { Description = "The genesis file that the constitution names.", HelpName = "FILE" };
        Command command = new("join", "Join a running network with one node.\n\nExample: coco node join --data beta --address 127.0.0.1:9543 --expect-constitution 0x5f...")
        {
            data, json, address, constitution, file, measurement, genesis,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? digest = parsed.GetValue(constitution)?.ToLowerInvariant();
            if (digest is not null && !Hash256.TryParse(digest, out _)) throw new SupervisorException("--expect-constitution is 0x and 64 hex digits.");
            var wanted = new OperatorJoin(parsed.GetRequiredValue(address), digest, parsed.GetValue(measurement), parsed.GetValue(genesis))
            {
                ConstitutionFile = parsed.GetValue(file)?.FullName,
            };
            return Print(parsed.GetValue(json), await OperatorNode.JoinAsync(Shared.DataOf(parsed, data), wanted, Environment.ProcessPath!, cancellation));
        });
        return command;
    }

    private static Command Create()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Option<string> constitution = new("--constitution") { Description = "The constitution that all operators agreed to.", HelpName = "FILE", Required = true };
        Option<string?> genesis = new("--genesis") { Description = "The genesis file that the constitution names.", HelpName = "FILE" };
        Command command = new("create", "Start a network of one node from a constitution.\n\nExample: coco network create --data alpha --constitution constitution.json")
        {
            data, json, constitution, genesis,
        };
        command.SetAction(async (parsed, cancellation) => Print(parsed.GetValue(json), await OperatorNode.CreateAsync(
            Shared.DataOf(parsed, data), parsed.GetRequiredValue(constitution), parsed.GetValue(genesis), Environment.ProcessPath!, cancellation)));
        return command;
    }

    private static Command Compose()
    {
        Option<string[]> entry = new("--entry") { Description = "An operator's entry.json.", HelpName = "FILE", Required = true, AllowMultipleArgumentsPerToken = true };
        Option<string> network = new("--network") { Description = "The network's name.", HelpName = "NAME", Required = true };
        Option<string> ledger = new("--ledger") { Description = "The ledger.", DefaultValueFactory = _ => "ethereum" };
        Option<string?> genesis = new("--genesis") { Description = "An Ethereum genesis file.", HelpName = "FILE" };
        Option<string?> template = new("--template") { Description = "A constitution for all that the entries do not say.", HelpName = "FILE" };
        Option<string> output = new("--output") { Description = "Where it goes.", HelpName = "FILE", Required = true };
        Option<bool> json = Shared.Json();
        ledger.AcceptOnlyFromAmong("ethereum", "keyvalue");
        Command command = new("compose", "Write a constitution from the operators' entries.\n\nExample: coco constitution compose --entry alpha/entry.json beta/entry.json --network trade --ledger keyvalue --output constitution.json")
        {
            entry, network, ledger, genesis, template, output, json,
        };
        command.SetAction(parsed =>
        {
            Constitution composed = ConstitutionComposer.Compose(
                parsed.GetRequiredValue(network), [.. parsed.GetRequiredValue(entry).Select(OperatorEntry.Read)], parsed.GetRequiredValue(ledger),
                parsed.GetValue(genesis), parsed.GetValue(template));
            File.WriteAllBytes(parsed.GetRequiredValue(output), composed.ToReadableBytes());
            return Print(parsed.GetValue(json), composed);
        });
        return command;
    }

    private static Command Check()
    {
        Argument<string> file = new("FILE") { Description = "A constitution." };
        Option<bool> json = Shared.Json();
        Command command = new("check", "Check a constitution and show its digest.\n\nExample: coco constitution check constitution.json") { file, json };
        command.SetAction(parsed => Print(parsed.GetValue(json), ConstitutionComposer.Read(parsed.GetRequiredValue(file))));
        return command;
    }

    private static int Print(bool isJson, Constitution constitution)
    {
        string digest = constitution.ComputeDigest().ToString();
        if (isJson)
        {
            Shared.PrintJson(new
            {
                ConstitutionDigest = digest,
                constitution.Network,
                Members = constitution.Members.Select(member => member.Name),
                Nodes = constitution.Nodes.Select(node => node.Name),
            });
        }
        else
        {
            Console.Out.WriteLine($"{constitution.Network}: {constitution.Members.Length} members, {constitution.Nodes.Length} nodes, digest {digest}");
        }
        return ExitCode.Done;
    }

    private static int Print(bool isJson, OperatorReport report)
    {
        if (isJson) Shared.PrintJson(report);
        else if (report.Refused is { } refused) Console.Out.WriteLine($"Refused: {refused.Check}: {refused.Reason}");
        else Console.Out.WriteLine($"{report.Node} is {report.State}. Constitution {report.ConstitutionDigest ?? "-"}, measurement {report.Measurement}, entry {report.EntryFile}");
        return report.Holds ? ExitCode.Done : ExitCode.No;
    }
}
