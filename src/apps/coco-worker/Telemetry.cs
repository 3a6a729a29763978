using Coco.Worker;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coco.Apps.Worker;

/// <summary>Exports by OTLP where the environment names an endpoint (OTEL_EXPORTER_OTLP_ENDPOINT); otherwise nothing runs.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly List<IDisposable> _providers = [];

    public Telemetry(string node)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is not { Length: > 0 }) return;
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService("coco-worker", serviceInstanceId: node);
        _providers.Add(Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(WorkerMetrics.MeterName).AddOtlpExporter().Build());
        _providers.Add(Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(WorkerMetrics.MeterName).AddOtlpExporter().Build());
    }

    public void Dispose()
    {
        foreach (IDisposable provider in _providers) provider.Dispose();
    }
}
