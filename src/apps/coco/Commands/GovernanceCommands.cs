using System.CommandLine;
using System.Text.Json;
using Coco.Governance;
using Coco.Primitives;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Proposals and votes of members. Prepare, sign and submit are one step, or three for keys that live elsewhere.</summary>
internal static class GovernanceCommands
{
    public static IEnumerable<Command> All() =>
    [
        Shared.Group("governance", "Propose, vote, and see what is decided.", Propose(), Vote(), Withdraw(), Sign(), Submit(), SignMeasurementCommand.Make(), List()),
    ];

    private static Command Propose()
    {
        GovernanceArguments common = new();
        Option<string[]> action = new("--action") { Description = "A file with an action {name, args} or a list of them.", HelpName = "FILE" };
        Option<string[]> addNode = new("--add-node") { Description = "Add a validating node of --organisation, or the one of an operator's entry.json.", HelpName = "NAME=HOST:PORT|ENTRY.json" };
        Option<string[]> removeNode = new("--remove-node") { Description = "Remove a validating node.", HelpName = "NAME" };
        Command command = new("propose", "Propose a change of the constitution.\n\nExample: coco governance propose --remove-node node3 --organisation org1")
        {
            action, addNode, removeNode,
        };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => common.RunAsync(parsed, (network, member) =>
        {
            string[] actions =
            [
                .. (parsed.GetValue(action) ?? []).SelectMany(RequestFiles.ReadActions),
                .. (parsed.GetValue(addNode) ?? []).Select(text => AddNode(text, member)),
                .. (parsed.GetValue(removeNode) ?? []).Select(name => JsonSerializer.Serialize(new { name = "remove_node", args = new { name } })),
            ];
            return RequestFiles.Propose(network, member, actions);
        }, cancellation));
        return command;
    }

    private static string AddNode(string text, string owner)
    {
        if (text.EndsWith(".json", StringComparison.Ordinal)) return NodeOwner.AddAction(OperatorEntry.Read(text).ToListed());
        int sign = text.IndexOf('=', StringComparison.Ordinal);
        if (sign <= 0) throw new SupervisorException($"{text} is neither NAME=HOST:PORT nor the entry.json of `coco node init`.");
        return JsonSerializer.Serialize(new { name = "add_node", args = new { name = text[..sign], owner, address = text[(sign + 1)..] } });
    }

    private static Command Vote()
    {
        GovernanceArguments common = new();
        Argument<string> proposal = new("PROPOSAL") { Description = "The proposal's id." };
        Argument<string> vote = new("VOTE") { Description = "accept or reject." };
        vote.AcceptOnlyFromAmong("accept", "reject");
        Command command = new("vote", "Vote on an open proposal.\n\nExample: coco governance vote 0x5f... accept --organisation org2") { proposal, vote };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => common.RunAsync(
            parsed,
            (network, member) => RequestFiles.Vote(network, member, parsed.GetRequiredValue(proposal), parsed.GetRequiredValue(vote) == "accept"),
            cancellation));
        return command;
    }

    private static Command Withdraw()
    {
        GovernanceArguments common = new();
        Argument<string> proposal = new("PROPOSAL") { Description = "The proposal's id." };
        Command command = new("withdraw", "Take back one's own open proposal.\n\nExample: coco governance withdraw 0x5f... --organisation org1") { proposal };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => common.RunAsync(
            parsed, (network, member) => RequestFiles.Withdraw(network, member, parsed.GetRequiredValue(proposal)), cancellation));
        return command;
    }

    private static Command Sign()
    {
        Argument<string> request = new("REQUEST") { Description = "A prepared request." };
        Option<string?> key = new("--member-key") { Description = "The member's private key (PEM).", HelpName = "FILE" };
        Option<string?> signature = new("--signature") { Description = "Instead of a key: a signature made elsewhere over the request's bytes (DER or r||s).", HelpName = "FILE" };
        Option<string> certificate = new("--member-certificate") { Description = "The member's certificate (PEM).", HelpName = "FILE", Required = true };
        Option<string> output = new("--output") { Description = "Where the signed request goes.", HelpName = "OUT", Required = true };
        Command command = new("sign", "Sign a prepared request, offline.\n\nExample: coco governance sign ballot.json --member-key key.pem --member-certificate certificate.pem --output signed.json")
        {
            request, key, signature, certificate, output,
        };
        command.SetAction(parsed =>
        {
            ReadOnlyMemory<byte> prepared = RequestFiles.ReadPrepared(parsed.GetRequiredValue(request));
            string certificateFile = parsed.GetRequiredValue(certificate);
            if (parsed.GetValue(key) is null == parsed.GetValue(signature) is null)
            {
                Console.Error.WriteLine("Give either --member-key or --signature.");
                return ExitCode.Usage;
            }
            SignedRequest signed = parsed.GetValue(key) is { } keyFile ? MemberSigner.Sign(prepared, keyFile, certificateFile)
                : MemberSigner.Attach(prepared, File.ReadAllBytes(parsed.GetValue(signature)!), certificateFile);
            RequestFiles.WriteSigned(parsed.GetRequiredValue(output), signed);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Submit()
    {
        GovernanceArguments common = new();
        Argument<string> request = new("SIGNED") { Description = "A signed request." };
        Command command = new("submit", "Submit a signed request.\n\nExample: coco governance submit signed.json --data data") { request };
        common.AddTargetTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using GovernanceClient client = common.Connect(parsed);
            return common.Print(parsed, await client.SubmitAsync(RequestFiles.ReadSigned(parsed.GetRequiredValue(request)), cancellation));
        });
        return command;
    }

    private static Command List()
    {
        GovernanceArguments common = new();
        Command command = new("list", "Show members, nodes and proposals.\n\nExample: coco governance list --json");
        common.AddTargetTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using GovernanceClient client = common.Connect(parsed);
            GovernanceReport report = await client.ReadAsync(cancellation);
            if (common.IsJson(parsed)) Shared.PrintJson(report);
            else Print(report);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(GovernanceReport report)
    {
        Console.Out.WriteLine($"{report.Network} ({report.NetworkId}), constitution {report.ConstitutionDigest}, version {report.Version}");
        foreach (GovernanceMember member in report.Members) Console.Out.WriteLine($"member {member.Name}, certificate {member.Fingerprint}");
        foreach (GovernanceNode node in report.Nodes) Console.Out.WriteLine($"node {node.Name} of {node.Owner ?? "nobody"} at {node.Address ?? "-"}: {node.Status}");
        foreach (GovernanceProposal open in report.OpenProposals)
        {
            string votes = string.Join(", ", (open.Ballots ?? []).Select(ballot => $"{ballot.Member} {ballot.Vote}"));
            Console.Out.WriteLine($"open {open.Id} by {open.Proposer} (votes: {(votes.Length > 0 ? votes : "none")}): {open.Request}");
        }
        foreach (GovernanceProposal closed in report.ClosedProposals)
            Console.Out.WriteLine($"{closed.State} {closed.Id} by {closed.Proposer}{(closed.Reason is { Length: > 0 } reason ? $": {reason}" : "")}");
    }
}
