using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Coco.Simulation.Mutants;

/// <summary>A build of its own in which rules can be broken, one at a time, by name. The product's binaries hold no such switch.</summary>
public sealed class MutantBuild
{
    private static readonly TimeSpan MaxBuild = TimeSpan.FromMinutes(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _program;

    private MutantBuild(string program) => _program = program;

    /// <summary>Weaves the source, and builds what has changed since the last time.</summary>
    /// <exception cref="InvalidDataException">A mutation does not fit the source, or what came of it does not compile.</exception>
    public static MutantBuild Make(MutantSource source)
    {
        string folder = Path.Combine(source.Root, "artifacts", "mutants");
        SortedDictionary<string, string> files = source.Weave();
        Write(folder, files);
        string project = Path.Combine(folder, "tests", MutantSource.Program);
        // The switch reads the environment, which the analyzer of the core forbids, and unreachable code is meant.
        (int code, string output) = Run("dotnet", MaxBuild, "", "build", project, "-c", "Release", "-v", "q", "--nologo", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false");
        if (code != 0) throw new InvalidDataException($"the build with broken rules failed:\n{output}");
        return new MutantBuild(Path.Combine(folder, "artifacts", "bin", MutantSource.Program, "release", MutantSource.Program + ".dll"));
    }

    /// <summary>Runs seeds with a rule broken; empty: none, to show that the build itself breaks nothing.</summary>
    /// <param name="stops">At the first seed with a violation.</param>
    /// <exception cref="InvalidDataException">The run did not come to its end.</exception>
    public SimulationReport Run(string mutation, string profile, long firstSeed, long lastSeed, int? nodes, bool stops, TimeSpan limit)
    {
        (int code, string output) = Run("dotnet", limit, mutation, _program, profile, Text(firstSeed), Text(lastSeed), Text(nodes ?? 0), stops ? "stop" : "all");
        return code == 0 && JsonSerializer.Deserialize<SimulationReport>(output, Json) is { } report
            ? report : throw new InvalidDataException($"the run with {mutation} broken ended with code {code}:\n{output}");
    }

    /// <summary>
    /// Runs seeds in the mutation's profile until one finds it, or all have been run. A seed that fails with no rule broken too says
    /// nothing of the mutation.
    /// </summary>
    public MutationResult Find(Mutation mutation, long firstSeed, int maxSeeds)
    {
        long last = firstSeed + maxSeeds - 1;
        for (long seed = firstSeed; seed <= last; seed++)
        {
            SimulationReport report = Run(mutation.Name, mutation.Profile, seed, last, null, stops: true, LimitOf(last - seed + 1));
            if (report.Violations.Count == 0) break;
            SimulationViolation found = report.Violations[0];
            seed = found.Seed;
            bool isOwn = Run("", mutation.Profile, seed, seed, null, stops: true, LimitOf(1)).Violations.Count == 0;
            if (isOwn) return new MutationResult(mutation.Name, true, seed, (int)(seed - firstSeed + 1), found.Rule) { Detail = found.Detail };
        }
        return new MutationResult(mutation.Name, false, null, maxSeeds, null);
    }

    /// <summary>Far more than so many seeds take, also on a machine that is busy.</summary>
    private static TimeSpan LimitOf(long seeds) => TimeSpan.FromSeconds(120 + (20 * seeds));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Files that are as they should be keep their time, so that only what has changed is compiled.</summary>
    private static void Write(string folder, SortedDictionary<string, string> files)
    {
        foreach ((string file, string text) in files)
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path) && File.ReadAllText(path) == text) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        foreach (string top in new[] { "src", "tests" })
            foreach (string path in Directory.EnumerateFiles(Path.Combine(folder, top), "*", SearchOption.AllDirectories))
                if (!files.ContainsKey(Path.GetRelativePath(folder, path).Replace('\\', '/'))) File.Delete(path);
    }

    private static (int Code, string Output) Run(string program, TimeSpan limit, string mutation, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment[MutantSource.Variable] = mutation;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} can't be started");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return (-1, $"not done within {limit.TotalSeconds} s");
        }
        return (process.ExitCode, output.GetAwaiter().GetResult());
    }
}
