using System.CommandLine;
using System.Globalization;
using Coco.Client;
using Coco.Tee;

namespace Coco.Apps.Cli.Commands;

/// <summary>Attestation evidence: looking at it and judging it, without a network and without trust in whoever handed it over.</summary>
internal static class EvidenceCommands
{
    public static Command Make() => Shared.Group("evidence", "Attestation evidence.", Show(), Verify(), Fetch());

    private static Argument<string[]> Files() => new("FILE")
    {
        Description = "A report or quote and what belongs to it, in any order: certificates, revocation lists, collateral, TPM quote, boot log.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static Command Show()
    {
        Argument<string[]> files = Files();
        Option<bool> json = Shared.Json();
        Command command = new("show", "Show what evidence says, without judging it.\n\nExample: coco evidence show report.bin --json") { files, json };
        command.SetAction(parsed =>
        {
            Print(EvidenceReport.Show(Read(parsed.GetRequiredValue(files))), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Verify()
    {
        Argument<string[]> files = Files();
        Option<string?> policy = PolicyOption();
        Option<string?> at = AtOption();
        Option<bool> json = Shared.Json();
        Command command = new("verify", "Verify evidence, offline. Without --policy: whether it is genuine, of any program.\n\n" +
            "Example: coco evidence verify report.bin vcek.der ask_ark_milan.pem --policy policy.json --at 2026-11-20T00:00:00Z")
        {
            files, policy, at, json,
        };
        command.SetAction(parsed =>
        {
            TeePolicy wanted = PolicyOf(parsed.GetValue(policy));
            EvidenceReport report = EvidenceReport.Verify(Read(parsed.GetRequiredValue(files)), wanted, TimeOf(parsed.GetValue(at)));
            Print(report, parsed.GetValue(json));
            return report.Holds == true ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static Command Fetch()
    {
        Argument<string> url = new("URL") { Description = "https://HOST:PORT of a node's administration endpoint (coco status: admin)." };
        Option<string?> policy = PolicyOption();
        Option<string?> endpoint = new("--endpoint") { Description = "Evidence about the application endpoint of the same node (coco status: rpc) instead.", HelpName = "URL" };
        Option<string?> output = new("--output") { Description = "Also write the evidence to this file.", HelpName = "FILE" };
        Option<bool> json = Shared.Json();
        Command command = new("fetch", "Ask a node for evidence, bound to this connection and a fresh nonce, and verify it.\n\n" +
            "Example: coco evidence fetch https://127.0.0.1:7003 --json")
        {
            url, endpoint, policy, output, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            TeePolicy wanted = PolicyOf(parsed.GetValue(policy));
            FetchedEvidence fetched = await FetchAsync(UrlOf(parsed.GetRequiredValue(url)), parsed.GetValue(endpoint) is { } other ? UrlOf(other) : null, wanted, cancellation);
            if (fetched.Document is { } document && parsed.GetValue(output) is { } file) await File.WriteAllBytesAsync(file, document.Evidence.Encode(), cancellation);
            Print(fetched.Report, parsed.GetValue(json));
            return fetched.Report.Holds == true ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static async Task<FetchedEvidence> FetchAsync(Uri url, Uri? endpoint, TeePolicy policy, CancellationToken cancellation)
    {
        try
        {
            return await EvidenceClient.FetchAsync(url, policy, DateTimeOffset.UtcNow, cancellation, endpoint);
        }
        catch (HttpRequestException failed)
        {
            throw new FileNotFoundException($"{url} gives no evidence: {failed.Message}");
        }
    }

    private static Uri UrlOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        ? url : throw new UnknownEvidenceException($"'{text}' is not a URL such as https://127.0.0.1:7003.");

    private static Option<string?> PolicyOption() => new("--policy") { Description = "A file with what is asked of the evidence.", HelpName = "FILE" };

    private static Option<string?> AtOption() => new("--at") { Description = "The time of the verdict (ISO 8601); now if left out.", HelpName = "TIME" };

    private static TeePolicy PolicyOf(string? file)
    {
        if (file is null) return EvidencePolicyFile.Default;
        try
        {
            return EvidencePolicyFile.Read(InputFile.Read(file));
        }
        catch (InvalidDataException wrong)
        {
            throw new UnknownEvidenceException($"{file}: {wrong.Message}");
        }
    }

    private static DateTimeOffset TimeOf(string? text) => text is null
        ? DateTimeOffset.UtcNow
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time : throw new UnknownEvidenceException($"--at takes a time such as 2026-11-20T00:00:00Z, not '{text}'.");

    private static Evidence Read(string[] files) => EvidenceFiles.Read(files.Select(InputFile.Read));

    private static void Print(EvidenceReport report, bool asJson)
    {
        if (asJson)
        {
            Shared.PrintJson(report);
            return;
        }
        Shared.PrintFacts([("platform", report.Platform), .. report.Claims.Select(claim => (claim.Key, claim.Value.ToString() ?? ""))]);
        foreach (string warning in report.Warnings) Console.Out.WriteLine($"note: {warning}");
        if (report.Holds is { } holds) Console.Out.WriteLine(holds ? "It holds." : $"REFUSED by the check '{report.Check}': {report.Reason}");
    }
}
