namespace Coco.Enclave.Tests.Worker;

/// <summary>Time that stands still until the test lets all timers fire.</summary>
internal sealed class HeldTime : TimeProvider
{
    private readonly List<HeldTimer> _timers = [];

    public IReadOnlyList<TimeSpan> Due => [.. _timers.Where(timer => !timer.IsDisposed).Select(timer => timer.Due)];

    public void FireAll()
    {
        foreach (HeldTimer timer in _timers.ToArray()) timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(callback, state, dueTime);
        _timers.Add(timer);
        return timer;
    }

    private sealed class HeldTimer(TimerCallback callback, object? state, TimeSpan due) : ITimer
    {
        public TimeSpan Due { get; private set; } = due;
        public bool IsDisposed { get; private set; }

        public void Fire()
        {
            if (!IsDisposed) callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
