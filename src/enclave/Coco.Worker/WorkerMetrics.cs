using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Coco.Worker;

/// <summary>What a worker counts (UX-5); names follow OpenTelemetry's conventions, times are in seconds.</summary>
public static class WorkerMetrics
{
    public const string MeterName = "Coco.Worker";

    /// <summary>One activity for each submission of a client.</summary>
    public static readonly ActivitySource Activities = new(MeterName);

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> Batches = Meter.CreateCounter<long>("coco.batches.applied", "{batch}", "Committed batches that this VN shows.");

    internal static readonly Histogram<double> Submission =
        Meter.CreateHistogram<double>("coco.submission.duration", "s", "From a client's submission to its answer.");
}
