namespace Coco.Enclave.Tests.Manager;

/// <summary>Clocks that go when the test says so: the one of the day and the one that only ever rises.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _ticks;

    public void Pass(TimeSpan time)
    {
        _now += time;
        _ticks += time.Ticks;
    }
}
