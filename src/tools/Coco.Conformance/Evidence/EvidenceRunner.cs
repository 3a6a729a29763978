using System.Diagnostics;
using System.Text.Json;
using Coco.Client;

namespace Coco.Conformance;

/// <summary>Cases of attestation evidence with the verdicts that are wanted.</summary>
public static class EvidenceRunner
{
    public const string Kind = "evidence";
    private const string FileName = "cases.json";

    private static readonly string[] Kinds = ["sev-snp", "dcap", "dcap-untrusted-root", "azure-hcl", "vbs-enclave", "vbs-boot-log"];

    public static ConformanceResult Run(string path, ConformanceOptions options)
    {
        var result = new ConformanceResult(Kind);
        long start = Stopwatch.GetTimestamp();
        EvidenceFlipRun? flips = options.Flips is { } asked ? new EvidenceFlipRun(asked) : null;
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path, FileName, SearchOption.AllDirectories) : [path];
        if (files.Length == 0) throw new UnknownFormatException($"{path} holds no {FileName}.");
        foreach (string file in files.Order(StringComparer.Ordinal)) RunFile(file, options, result, flips);
        flips?.Report(result);
        result.Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return result;
    }

    private static void RunFile(string file, ConformanceOptions options, ConformanceResult result, EvidenceFlipRun? flips)
    {
        using JsonDocument document = Parse(file);
        if (document.RootElement.Field("cases") is not { ValueKind: JsonValueKind.Array } cases) throw new UnknownFormatException($"{file} holds no cases.");
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(file)))!;
        foreach (JsonElement one in cases.EnumerateArray())
        {
            string id = one.Field("id")?.GetString() ?? "";
            if (!options.TakesTest(id) || result.Passed + result.Failed + result.Skipped >= options.MaxTests) continue;
            RunCase(one, folder, id, result, flips);
        }
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException malformed)
        {
            throw new UnknownFormatException($"{file} is not JSON: {malformed.Message}");
        }
    }

    private static void RunCase(JsonElement one, string folder, string id, ConformanceResult result, EvidenceFlipRun? flips)
    {
        string kind = one.Field("kind")?.GetString() ?? "";
        if (!Kinds.Contains(kind))
        {
            result.Skip(id, kind, $"cases of the kind '{kind}' are not known");
            return;
        }
        try
        {
            EvidenceCase @case = EvidenceCase.Read(one, folder);
            EvidenceTrial trial = EvidenceTrial.From(@case);
            Judge(@case, trial.Verify(), result);
            if (flips is not null && @case.IsAccepted) flips.Run(@case, trial, result);
        }
        catch (InvalidDataException unknown)
        {
            result.Skip(id, kind, unknown.Message);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            result.Skip(id, kind, $"a file is missing: {missing.Message}");
        }
    }

    private static void Judge(EvidenceCase @case, EvidenceReport report, ConformanceResult result)
    {
        string actual = report.Holds == true ? "accepted" : $"refused: {report.Check}: {report.Reason}";
        bool isRight = @case.IsAccepted ? report.Holds == true : report.Holds == false && EvidenceReasons.IsSound(@case, report.Check);
        if (isRight) result.Pass(@case.Kind);
        else result.Fail(@case.Id, @case.Kind, @case.IsAccepted ? "accepted" : $"refused: {@case.Reason}", actual);
    }
}
