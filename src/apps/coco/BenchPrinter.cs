using Coco.Bench;

namespace Coco.Apps.Cli;

/// <summary>Prints a load run for people.</summary>
internal static class BenchPrinter
{
    public static void Print(BenchReport report)
    {
        List<(string, string)> facts =
        [
            ("committed", $"{report.Committed:N0} of {report.Count:N0} in {report.Seconds:N2} s = {report.CommittedPerSecond:N0}/s"),
            ("reverted, failed", $"{report.Reverted:N0}, {report.Failed:N0}"),
            ("latency ms", Text(report.LatencyMs)),
        ];
        if (report.ReadLatencyMs is { } reads) facts.Add(("reads", $"{report.Reads:N0}, latency ms {Text(reads)}"));
        foreach ((string process, double micros) in report.CpuMicrosecondsPerTransaction)
            facts.Add(($"CPU {process}", $"{micros:N1} us per transaction, peak {report.PeakMemoryBytes[process] >> 20:N0} MB"));
        if (report.CommittedPerNodeCpuSecond is { } perCpu) facts.Add(("per CPU second of the nodes", $"{perCpu:N0}"));
        if (report.DiskBytesPerTransaction is { } disk) facts.Add(("disk", $"{disk:N0} bytes per transaction and node"));
        if (report.Batches is { } batches) facts.Add(("batches", $"{batches.Count:N0} of {batches.MeanSize:N1} on average"));
        if (report.StatusAsChain is { } status)
            facts.Add(("as on the chain", $"status {status:N0}, gas {report.GasAsChain:N0}, logs {report.LogsAsChain:N0} of {report.Committed:N0}"));
        facts.Add(("nodes agree", report.FinalEqual ? "yes" : "NO"));
        foreach ((string text, int count) in report.Errors) facts.Add(($"{count:N0} x", text));
        Shared.PrintFacts(facts);
    }

    private static string Text(Latency latency) => $"p50 {latency.P50:N1}, p95 {latency.P95:N1}, p99 {latency.P99:N1}, max {latency.Max:N1}";
}
