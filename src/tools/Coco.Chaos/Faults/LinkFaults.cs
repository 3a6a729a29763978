namespace Coco.Chaos;

/// <summary>Breaks links between nodes for a while, in one of several ways, and heals them.</summary>
internal sealed class LinkFaults(INodeLinks links, IReadOnlyList<string> nodes, Random random)
{
    private const int ShortestMs = 500;
    private const int LongestMs = 4_000;

    /// <summary>Time-outs of TCP double at each try: after so long the next one is about as far away.</summary>
    private const int ShortestSilenceMs = 10_000;
    private const int LongestSilenceMs = 20_000;

    private const int MostFlaps = 12;
    private const int ShortestFlapMs = 50;
    private const int LongestFlapMs = 400;

    /// <summary>Returns the nodes that it met: A,B for two, A>B for one direction.</summary>
    public async Task<string> InflictAsync(FaultKind kind, string node, Action begun, CancellationToken cancellation)
    {
        string other = AnyBut(node);
        TimeSpan length = kind == FaultKind.Silence ? Between(ShortestSilenceMs, LongestSilenceMs) : Between(ShortestMs, LongestMs);
        int choice = random.Next(3);
        int delay = random.Next(5, 60);
        if (kind == FaultKind.Flap) await FlapAsync(node, begun, cancellation);
        else await ForAsync(length, () => Break(kind, node, other, choice, delay), begun, cancellation);
        return kind switch
        {
            FaultKind.OneWay => $"{node}>{other}",
            FaultKind.Pair => $"{node},{other}",
            _ => node,
        };
    }

    private void Break(FaultKind kind, string node, string other, int choice, int delay)
    {
        switch (kind)
        {
            // One time in three each: the node can't send, can't receive, or neither.
            case FaultKind.Partition: Isolate(node, leaving: choice != 0, reaching: choice != 1); break;
            case FaultKind.Silence: Isolate(node, leaving: true, reaching: true); break;
            case FaultKind.OneWay: links.Cut(node, other); break;
            case FaultKind.Pair: links.Cut(node, other); links.Cut(other, node); break;
            case FaultKind.Unplug: links.Unplug(node); break;
            case FaultKind.Delay: links.Delay(node, delay); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private void Isolate(string node, bool leaving, bool reaching)
    {
        foreach (string other in nodes.Where(other => other != node))
        {
            if (leaving) links.Cut(node, other);
            if (reaching) links.Cut(other, node);
        }
    }

    private async Task FlapAsync(string node, Action begun, CancellationToken cancellation)
    {
        for (int left = random.Next(MostFlaps / 2, MostFlaps); left > 0; left--)
        {
            await ForAsync(Between(ShortestFlapMs, LongestFlapMs), () => links.Unplug(node), begun, cancellation);
            await Task.Delay(Between(ShortestFlapMs, LongestFlapMs), cancellation);
        }
    }

    private async Task ForAsync(TimeSpan length, Action breakThem, Action begun, CancellationToken cancellation)
    {
        try
        {
            breakThem();
            begun();
            await Task.Delay(length, cancellation);
        }
        finally
        {
            links.Heal();
        }
    }

    private string AnyBut(string node)
    {
        string[] others = [.. nodes.Where(other => other != node)];
        return others[random.Next(others.Length)];
    }

    private TimeSpan Between(int shortestMs, int longestMs) => TimeSpan.FromMilliseconds(random.Next(shortestMs, longestMs));
}
