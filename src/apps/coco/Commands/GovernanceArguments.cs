using System.CommandLine;
using Coco.Governance;
using Coco.Primitives;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Who asks, with which key, and where the request goes.</summary>
internal sealed class GovernanceArguments
{
    private readonly Option<string> _organisation = new("--organisation") { Description = "The member that asks.", HelpName = "ORG", Required = true };
    private readonly Option<string?> _key = new("--member-key") { Description = "Its private key (PEM); from --data if left out.", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--member-certificate") { Description = "Its certificate (PEM); from --data if left out.", HelpName = "FILE" };
    private readonly Option<string?> _prepare = new("--prepare") { Description = "Only write the request that is to be signed.", HelpName = "OUT" };
    private readonly Option<string?> _network = new("--network-id") { Description = "The network's id, to prepare a request offline.", HelpName = "ID" };
    private readonly Option<string[]> _node = new("--node") { Description = "Administration endpoints instead of those of --data.", HelpName = "ADMIN_URL" };
    private readonly Option<string?> _ca = new("--ca-file") { Description = "The network's authority for --node; a node's of --data if left out.", HelpName = "FILE" };
    private readonly Option<DirectoryInfo> _data = Shared.Data();
    private readonly Option<bool> _json = Shared.Json();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_organisation, _key, _certificate, _prepare, _network]) command.Options.Add(option);
        AddTargetTo(command);
    }

    public void AddTargetTo(Command command)
    {
        foreach (Option option in (Option[])[_node, _ca, _data, _json]) command.Options.Add(option);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public GovernanceClient Connect(ParseResult parsed)
    {
        DataDirectory data = Shared.DataOf(parsed, _data);
        return parsed.GetValue(_node) is { Length: > 0 } urls ? GovernanceClient.Of(urls, parsed.GetValue(_ca), data) : GovernanceClient.Of(data);
    }

    /// <summary>Prepares a request; without <c>--prepare</c> signs and submits it too.</summary>
    public async Task<int> RunAsync(ParseResult parsed, Func<NetworkId, string, GovernanceRequest> prepare, CancellationToken cancellation)
    {
        string member = parsed.GetRequiredValue(_organisation);
        if (parsed.GetValue(_prepare) is { } file)
        {
            GovernanceRequest prepared = prepare(await NetworkAsync(parsed, cancellation), member);
            await File.WriteAllBytesAsync(file, prepared.ToCanonicalBytes(), cancellation);
            if (IsJson(parsed)) Shared.PrintJson(new { RequestId = prepared.ComputeId().ToString(), File = file });
            else Console.Out.WriteLine($"{file} is to be signed; its id is {prepared.ComputeId()}.");
            return ExitCode.Done;
        }
        DataDirectory data = Shared.DataOf(parsed, _data);
        GovernanceRequest request = prepare(await NetworkAsync(parsed, cancellation), member);
        SignedRequest signed = MemberSigner.Sign(
            request.ToCanonicalBytes(), parsed.GetValue(_key) ?? data.MemberKeyFile(member), parsed.GetValue(_certificate) ?? data.MemberCertificateFile(member));
        using GovernanceClient client = Connect(parsed);
        return Print(parsed, await client.SubmitAsync(signed, cancellation));
    }

    public int Print(ParseResult parsed, GovernanceOutcome outcome)
    {
        if (IsJson(parsed)) Shared.PrintJson(outcome);
        else Console.Out.WriteLine(outcome.Accepted ? $"{outcome.ProposalId} {outcome.State}" : $"Refused: {outcome.Reason}");
        return outcome.Accepted ? ExitCode.Done : ExitCode.No;
    }

    private async Task<NetworkId> NetworkAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_network) is { } text)
            return Hash256.TryParse(text, out Hash256 hash) ? new NetworkId(hash) : throw new SupervisorException($"{text} is not a network's id.");
        using GovernanceClient client = Connect(parsed);
        return await client.ReadNetworkAsync(cancellation);
    }
}
