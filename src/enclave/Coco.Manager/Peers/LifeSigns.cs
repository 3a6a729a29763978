namespace Coco.Manager.Peers;

/// <summary>
/// While the sequencer is at one long step, its heartbeats wait: this says to the peers that the VN lives. Not for ever: a sequencer
/// that hangs is no leader.
/// </summary>
internal sealed class LifeSigns(Func<long> busyMs, Action tell)
{
    /// <summary>Until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Limits.LongStepMs));
        while (await timer.WaitForNextTickAsync(cancellation)) Look();
    }

    internal void Look()
    {
        if (busyMs() is > Limits.LongStepMs and < Limits.LongestStepMs) tell();
    }
}
