using Coco.Simulation.Checks;

namespace Coco.Simulation.World;

/// <summary>Virtual time, and what is to happen at which time. Times are in microseconds since the start.</summary>
internal sealed class SimulationWorld(long seed, Profile profile) : IDisposable
{
    public const long Millisecond = 1_000;
    public const long Second = 1_000_000;

    private readonly PriorityQueue<Action, UInt128> _queue = new();
    private readonly HashSet<string> _seen = [];
    private readonly SortedSet<string> _steps = new(StringComparer.Ordinal);
    private ulong _order;

    public long Seed => seed;
    public Profile Profile => profile;

    public SimulationRandom Random { get; } = new((ulong)seed);
    public Trace Trace { get; } = new();
    public Counters Counters { get; } = new();
    public List<SimulationViolation> Violations { get; } = [];

    /// <summary>When set, lines of what happens, for a human who looks into a seed.</summary>
    public Action<string>? Log { get; init; }

    public long Now { get; private set; }

    /// <summary>A run ends at its first violation: what follows would only be its consequences.</summary>
    public bool IsBroken => Violations.Count > 0;

    public void After(long delay, Action action) => _queue.Enqueue(action, new UInt128((ulong)(Now + Math.Max(delay, 0)), _order++));

    /// <summary>Runs until <paramref name="until"/> holds, looked at every 10 ms, or the time is over; says whether it held.</summary>
    public bool RunUntil(long deadline, Func<bool> until)
    {
        long nextLook = Now;
        while (!IsBroken && _queue.TryPeek(out _, out UInt128 first))
        {
            long at = (long)(ulong)(first >> 64);
            if (at >= nextLook)
            {
                if (until()) return true;
                nextLook = at + (10 * Millisecond);
            }
            if (at > deadline) return false;
            Action action = _queue.Dequeue();
            Now = at;
            Counters.Events++;
            action();
        }
        return !IsBroken && until();
    }

    public void Violate(string rule, string detail)
    {
        Log?.Invoke($"VIOLATION {rule}: {detail}");
        if (!_seen.Add(rule)) return;
        Violations.Add(new SimulationViolation(seed, rule, Counters.Events, $"at {Now / Millisecond} ms: {detail}"));
    }

    public void Note(string host, string text) => Log?.Invoke($"{Now / 1000.0,12:F3} {host,-6} {text}");

    /// <summary>Says what is under way on the VN of this name; <see cref="Nodes.Cluster"/> knows.</summary>
    public Action<string, SortedSet<string>>? StepsOf { get; set; }

    /// <summary>A fault that meets these VNs in whatever they are doing.</summary>
    public void CountFault(string kind, params IEnumerable<string> hosts)
    {
        _steps.Clear();
        foreach (string host in hosts) StepsOf?.Invoke(host, _steps);
        Counters.CountFault(kind, _steps);
    }

    public void Dispose() => Trace.Dispose();
}
