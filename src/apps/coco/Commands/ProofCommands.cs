using System.CommandLine;
using Coco.Conformance;

namespace Coco.Apps.Cli.Commands;

/// <summary>Showing that the product does what it should. <c>coco test</c> and <c>coco build</c> are the script's own.</summary>
internal static class ProofCommands
{
    private static readonly string[] KnownKinds = ["state", "blockchain", "transaction", "rlp", "trie", "rpc", "witness", "prestate", "evidence"];

    public static IEnumerable<Command> All() =>
    [
        Conformance(), SimulationCommand.Make(),
        ChaosCommands.Chaos(), Shared.Group("check", "Check recorded runs.", ChaosCommands.CheckHistory()),
        Shared.Group("fuzz", "Random programs.", FuzzCommand.Make()),
        Script("test", "Run the tests: ./coco test [FILTER] [--long]"), Script("build", "Build everything: ./coco build"),
    ];

    private static Command Conformance()
    {
        Argument<string> kind = new("KIND") { Description = string.Join(", ", KnownKinds) };
        Argument<string> path = new("PATH") { Description = "A folder (read recursively), one file, or a .tar.gz." };
        Option<string?> fork = new("--fork") { Description = "One fork only.", HelpName = "F" };
        Option<string?> filter = new("--filter") { Description = "Tests whose name holds this text.", HelpName = "TEXT" };
        Option<string?> flip = new("--flip") { Description = "Evidence: flip bits of every accepted file, N of each at random, or all of reports and quotes.", HelpName = "all|N" };
        Option<bool> json = Shared.Json();
        kind.AcceptOnlyFromAmong(KnownKinds);
        Command command = new("conformance", "Run published test suites.\n\nExample: coco conformance rlp basic-tests.tar.gz --json")
        {
            kind, path, fork, filter, flip, json,
        };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetRequiredValue(kind);
            string place = parsed.GetRequiredValue(path);
            if (!File.Exists(place) && !Directory.Exists(place)) throw new FileNotFoundException($"There is no {place}.");
            ConformanceOptions options = new(parsed.GetValue(fork), parsed.GetValue(filter), Flips: FlipsOf(parsed.GetValue(flip)));
            if (ConformanceRun.Run(wanted, place, options) is not { } result)
            {
                Console.Error.WriteLine($"coco conformance {wanted}: not in this version.");
                return ExitCode.Usage;
            }
            Print(result, parsed.GetValue(json));
            return result.Failed == 0 ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static EvidenceFlips? FlipsOf(string? text) => text switch
    {
        null => null,
        "all" => EvidenceFlips.All,
        _ => int.TryParse(text, out int count) && count > 0 ? new EvidenceFlips(count) : throw new UnknownFormatException($"--flip takes 'all' or a number, not '{text}'."),
    };

    private static void Print(ConformanceResult result, bool asJson)
    {
        if (asJson)
        {
            Shared.PrintJson(result);
            return;
        }
        foreach (ConformanceFailure failure in result.Failures)
            Console.Out.WriteLine($"failed: {failure.Test} ({failure.Fork}): expected {failure.Expected}, got {failure.Actual}");
        foreach (IGrouping<string, ConformanceSkip> skips in result.Skips.GroupBy(skip => skip.Reason))
            Console.Out.WriteLine($"skipped {skips.Count()}: {skips.Key}");
        foreach (UnsignedRange range in result.AcceptedUnsigned ?? [])
            Console.Out.WriteLine($"not signed: {range.File}, bytes {range.From} to {range.To}");
        if (result.Flips is { } flips) Console.Out.WriteLine($"{flips} bits flipped, {result.Refused} refused, {result.Crashed} crashed");
        Console.Out.WriteLine($"{result.Passed} passed, {result.Failed} failed, {result.Skipped} skipped in {result.Seconds:N1} s");
    }

    /// <summary>Named here so that help shows them; the script in a checkout runs them without this program.</summary>
    private static Command Script(string name, string description)
    {
        Command command = new(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(_ =>
        {
            Console.Error.WriteLine($"coco {name} works in a checkout only, by the script: ./coco {name}");
            return ExitCode.Missing;
        });
        return command;
    }
}
