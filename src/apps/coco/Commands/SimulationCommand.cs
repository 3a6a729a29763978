using System.CommandLine;
using Coco.Simulation;
using Coco.Simulation.Mutants;

namespace Coco.Apps.Cli.Commands;

/// <summary><c>coco simulate</c>: whole networks of production code under seeds.</summary>
internal static class SimulationCommand
{
    private const string AllMutations = "all";
    private const int SeedsForMutation = 60;

    private sealed record Listing(IEnumerable<object> Profiles, IEnumerable<object> Mutations);

    public static Command Make()
    {
        Option<string?> seeds = new("--seeds") { Description = "A range of seeds.", HelpName = "A..B" };
        Option<long?> seed = new("--seed") { Description = "One seed.", HelpName = "S" };
        Option<string?> profile = new("--profile") { Description = "Which faults; --list shows them.", HelpName = "NAME" };
        Option<int?> nodes = new("--nodes") { Description = "VNs, 1 to 7; otherwise each seed chooses.", HelpName = "N" };
        Option<string?> mutation = new("--mutation") { Description = "Break this rule on purpose, or all in turn.", HelpName = "NAME" };
        Option<bool> list = new("--list") { Description = "Show profiles and mutations." };
        Option<bool> shrink = new("--shrink") { Description = "Also reduce each failing seed to what its violation needs, and print that as a scenario." };
        Option<bool> verbose = new("--verbose") { Description = "What happens, on standard error." };
        Option<int?> jobs = new("--jobs") { Description = "Seeds that run side by side; otherwise one on each core.", HelpName = "N" };
        Option<string?> ledger = new("--ledger") { Description = "keyvalue or ethereum; otherwise as the profile has it.", HelpName = "NAME" };
        Option<int?> clients = new("--clients") { Description = "Clients; otherwise each seed chooses.", HelpName = "N" };
        Option<string?> faults = new("--faults") { Description = "Only these of a seed's faults, by number.", HelpName = "N,N|none" };
        Option<bool> calm = new("--calm") { Description = "No single message is lost, repeated or overtaken." };
        Option<bool> json = Shared.Json();
        Command command = new("simulate", "Run seeded simulations of whole networks.\n\nExample: coco simulate --seeds 1..50 --json")
        {
            seeds, seed, profile, nodes, mutation, list, shrink, verbose, jobs, ledger, clients, faults, calm, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(list)) return PrintList(parsed.GetValue(json));
            bool hasSeeds = TryReadSeeds(parsed.GetValue(seeds), parsed.GetValue(seed), out long first, out long last);
            bool hasFaults = TryReadFaults(parsed.GetValue(faults), out int[]? kept);
            string? misuse = !hasSeeds ? "give --seeds A..B, with A not above B, or --seed S"
                : !hasFaults ? "give --faults by number, or none"
                : parsed.GetValue(ledger) is not (null or "keyvalue" or "ethereum") ? "--ledger is keyvalue or ethereum"
                : parsed.GetValue(nodes) is < 1 or > 7 ? "--nodes is from 1 to 7"
                : parsed.GetValue(jobs) < 1 ? "--jobs is from 1"
                : parsed.GetValue(clients) < 1 ? "--clients is from 1" : null;
            if (misuse is not null)
            {
                Console.Error.WriteLine($"coco simulate: {misuse}.");
                return ExitCode.Usage;
            }
            var options = new SimulationOptions(
                first, last, parsed.GetValue(profile) ?? "", parsed.GetValue(nodes), Log: parsed.GetValue(verbose) ? Console.Error.WriteLine : null)
            {
                Ledger = parsed.GetValue(ledger),
                Reduction = new Reduction(null, parsed.GetValue(clients), kept, parsed.GetValue(calm)),
                Jobs = parsed.GetValue(jobs) ?? Environment.ProcessorCount,
                OnViolation = !parsed.GetValue(json) ? null : violation => Console.Error.WriteLine($"seed {violation.Seed}, {violation.Rule}: {violation.Detail}"),
            };
            try
            {
                return parsed.GetValue(mutation) is { } broken
                    ? RunBroken(broken, options, parsed.GetValue(json)) : Run(options, parsed.GetValue(shrink), parsed.GetValue(json));
            }
            catch (ArgumentException unknown)
            {
                Console.Error.WriteLine($"coco simulate: {unknown.Message}.");
                return ExitCode.Usage;
            }
            catch (InvalidDataException wrong)
            {
                Console.Error.WriteLine($"coco simulate: {wrong.Message}");
                return ExitCode.Missing;
            }
        });
        return command;
    }

    private static int Run(SimulationOptions options, bool shrinks, bool asJson)
    {
        options = options with { Profile = options.Profile.Length > 0 ? options.Profile : "mixed" };
        SimulationReport report = Simulator.Run(options);
        if (shrinks) Shrink(options, report);
        return Print(report, asJson);
    }

    /// <summary>In a build of its own: see tests/mutations/README.md.</summary>
    private static int RunBroken(string name, SimulationOptions options, bool asJson)
    {
        if (MutantSource.Find(Environment.CurrentDirectory) is not { } source && (source = MutantSource.Find(AppContext.BaseDirectory)) is null)
        {
            Console.Error.WriteLine("coco simulate: rules can be broken in a checkout only, since that needs the source. Run ./coco there.");
            return ExitCode.Missing;
        }
        IReadOnlyList<Mutation> all = source.Mutations();
        if (name == AllMutations)
        {
            Console.Error.WriteLine("coco simulate: building with rules that can be broken");
            MutantBuild every = MutantBuild.Make(source);
            int most = Math.Max((int)(options.LastSeed - options.FirstSeed + 1), SeedsForMutation);
            return Print([.. all.Select(mutation => Find(every, mutation, options.FirstSeed, most))], asJson);
        }
        Mutation broken = all.FirstOrDefault(mutation => mutation.Name == name)
            ?? throw new ArgumentException($"there is no mutation '{name}'; --list shows them");
        string profile = options.Profile.Length > 0 ? options.Profile : broken.Profile;
        TimeSpan limit = TimeSpan.FromMinutes(10 + (options.LastSeed - options.FirstSeed));
        return Print(MutantBuild.Make(source).Run(name, profile, options.FirstSeed, options.LastSeed, options.Nodes, stops: false, limit), asJson);
    }

    private static MutationResult Find(MutantBuild build, Mutation mutation, long firstSeed, int most)
    {
        MutationResult result = build.Find(mutation, firstSeed, most);
        Console.Error.WriteLine(Describe(result));
        return result;
    }

    private static string Describe(MutationResult result) => result.Found
        ? $"{result.Name}: seed {result.Seed}, the {result.Tried}. one, {result.Rule}: {result.Detail}" : $"{result.Name}: NOT FOUND in {result.Tried} seeds";

    private static bool TryReadSeeds(string? range, long? single, out long first, out long last)
    {
        (first, last) = (single ?? 1, single ?? 1);
        if (range is null) return single is not null;
        string[] ends = range.Split("..");
        return ends.Length == 2 && long.TryParse(ends[0], out first) && long.TryParse(ends[1], out last) && first <= last;
    }

    private static int PrintList(bool asJson)
    {
        IReadOnlyList<Mutation> mutations = MutantSource.Find(Environment.CurrentDirectory)?.Mutations() ?? [];
        if (asJson)
        {
            Shared.PrintJson(new Listing(
                Profile.All.Select(profile => new { profile.Name, profile.Description }),
                mutations.Select(mutation => new { mutation.Name, mutation.Description, mutation.Profile })));
            return ExitCode.Done;
        }
        Shared.PrintFacts(Profile.All.Select(profile => ($"profile {profile.Name}", profile.Description)));
        Shared.PrintFacts(mutations.Select(mutation => ($"mutation {mutation.Name}", mutation.Description)));
        return ExitCode.Done;
    }

    private static int Print(SimulationReport report, bool asJson)
    {
        if (asJson) Shared.PrintJson(report);
        else
        {
            foreach (SimulationViolation violation in report.Violations)
                Console.Out.WriteLine($"seed {violation.Seed}, {violation.Rule}: {violation.Detail}");
            Console.Out.WriteLine(
                $"{report.Profile} {report.Seeds}: {report.Violations.Count} violations, {report.Events} events, {report.Acknowledged} acknowledged, "
                + $"{report.SimulatedSeconds:N0} simulated seconds in {report.Seconds:N1} s, {report.EventsPerSecond:N0} events/s, "
                + $"{report.NetworkHoursPerMinute:N2} network hours per minute, {report.TraceDigest}");
        }
        return report.Violations.Count == 0 ? ExitCode.Done : ExitCode.No;
    }

    private static int Print(IReadOnlyList<MutationResult> results, bool asJson)
    {
        if (asJson) Shared.PrintJson(new { Mutations = results });
        else
        {
            foreach (MutationResult result in results) Console.Out.WriteLine(Describe(result));
        }
        return results.All(result => result.Found) ? ExitCode.Done : ExitCode.No;
    }

    private static bool TryReadFaults(string? list, out int[]? numbers)
    {
        numbers = list is null ? null : [];
        if (list is null or "none") return true;
        string[] parts = list.Split(',');
        numbers = [.. parts.Select(part => int.TryParse(part, out int number) ? number : 0)];
        return numbers.All(number => number > 0);
    }

    /// <summary>What a violation needs is easier to look into than all that happens under its seed.</summary>
    private static void Shrink(SimulationOptions options, SimulationReport report)
    {
        foreach (long failing in report.Violations.Select(violation => violation.Seed).Distinct())
            Console.Error.WriteLine(Scenario.Of(options, failing));
    }
}
