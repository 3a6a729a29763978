using System.Diagnostics.Metrics;

namespace Coco.Manager;

/// <summary>The counters of <see cref="ManagerMetrics"/> through System.Diagnostics (UX-5).</summary>
public static class ManagerMeter
{
    public const string MeterName = "Coco.Manager";

    private static readonly Meter Meter = new(MeterName);

    internal static void Observe(Func<ManagerMetrics> metrics, Func<ManagerStatus> status)
    {
        Meter.CreateObservableCounter("coco.ledger.fsyncs", () => metrics().Fsyncs, "{sync}", "Syncs of ledger files.");
        Meter.CreateObservableCounter("coco.boundary.messages", () => metrics().BoundaryMessages, "{message}", "Messages between manager and worker.");
        Meter.CreateObservableCounter("coco.elections.won", () => metrics().Elections, "{election}", "Terms that this VN leads or led.");
        Meter.CreateObservableGauge("coco.ledger.commit_index", () => (long)status().CommitIndex, "{entry}", "The last committed entry.");
        Meter.CreateObservableGauge("coco.consensus.term", () => (long)status().Term, "{term}", "The term that this VN is in.");
        Meter.CreateObservableGauge("coco.alerts", () => status().Alerts.Count, "{alert}", "Alerts that status shows.");
    }
}
