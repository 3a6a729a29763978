using System.Diagnostics;
using System.Text.Json;

namespace Coco.Conformance;

/// <summary>Narrows a run: <paramref name="Fork"/> by its name in the tests, <paramref name="Filter"/> by text in a test's name.</summary>
public sealed record ConformanceOptions(string? Fork = null, string? Filter = null, int MaxTests = int.MaxValue, EvidenceFlips? Flips = null)
{
    /// <summary>Answers of JSON-RPC are compared in full also where the test asks for their shape only.</summary>
    public bool ComparesFully { get; init; }

    /// <summary>The texts of errors are compared too; the published suite's own harness leaves them out.</summary>
    public bool ComparesMessages { get; init; }

    public bool TakesFork(string fork) => Fork is null || string.Equals(Fork, fork, StringComparison.OrdinalIgnoreCase);

    public bool TakesTest(string name) => Filter is null || name.Contains(Filter, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Runs the tests of one format.</summary>
public interface IConformanceRunner
{
    string Kind { get; }

    /// <summary>Runs the tests of a file; false where the file is not of this format.</summary>
    bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result);
}

/// <summary>A path held nothing in the runner's format.</summary>
public sealed class UnknownFormatException(string message) : Exception(message);

public static class ConformanceRun
{
    public static IReadOnlyList<string> Kinds { get; } = [.. All().Select(runner => runner.Kind), RpcRunner.Kind, EvidenceRunner.Kind];

    /// <summary>Runs all tests under <paramref name="path"/>; null where the kind is unknown.</summary>
    public static ConformanceResult? Run(string kind, string path, ConformanceOptions options)
    {
        if (kind == RpcRunner.Kind) return RpcRunner.Run(path, options);
        if (kind == EvidenceRunner.Kind) return EvidenceRunner.Run(path, options);
        IConformanceRunner? runner = All().FirstOrDefault(runner => runner.Kind == kind);
        return runner is null ? null : Run(runner, path, options);
    }

    private static IConformanceRunner[] All() => [new RlpRunner(), new TrieRunner(), new TransactionRunner(), new StateRunner(), new BlockchainRunner(), new MainnetRunner(true), new MainnetRunner(false)];

    private static ConformanceResult Run(IConformanceRunner runner, string path, ConformanceOptions options)
    {
        var result = new ConformanceResult(runner.Kind);
        long start = Stopwatch.GetTimestamp();
        int known = 0;
        foreach (TestFile file in TestFiles.Read(path, name => name.EndsWith(".json", StringComparison.Ordinal)))
        {
            if (result.Passed + result.Failed + result.Skipped >= options.MaxTests) break;
            if (TryRun(runner, file, options, result)) known++;
        }
        result.Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (known == 0) throw new UnknownFormatException($"{path} holds no {runner.Kind} tests in a known format.");
        return result;
    }

    private static bool TryRun(IConformanceRunner runner, TestFile file, ConformanceOptions options, ConformanceResult result)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                file.Content, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, MaxDepth = 512 });
            return runner.TryRun(file.Name, document.RootElement, options, result);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
