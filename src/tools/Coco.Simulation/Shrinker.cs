namespace Coco.Simulation;

/// <summary>
/// Looks for the least that still breaks the same rule: fewer VNs and clients, a calm network, and fewer faults by delta debugging
/// (Zeller, Hildebrandt 2002).
/// </summary>
/// <param name="fails">Whether the seed still breaks the rule when reduced so.</param>
/// <param name="most">So many reductions are tried.</param>
public sealed class Shrinker(Func<Reduction, bool> fails, int most = 300)
{
    private const int MostNodes = 7;
    private const int MostClients = 7;

    private Reduction _best = Reduction.None;

    public int Tried { get; private set; }

    /// <param name="faults">How many the whole seed draws.</param>
    public Reduction Shrink(int faults)
    {
        ReduceFaults(Enumerable.Range(1, faults).ToList());
        Try(_best with { IsCalm = true });
        for (int nodes = 1; nodes <= MostNodes; nodes++)
            if (Try(_best with { Nodes = nodes })) break;
        for (int clients = 1; clients <= MostClients; clients++)
            if (Try(_best with { Clients = clients })) break;
        if (_best.Faults is { } kept) ReduceFaults([.. kept]); // with less around them, fewer may do
        return _best;
    }

    /// <summary>Takes out ever smaller parts of the list as long as what is left still fails.</summary>
    private void ReduceFaults(List<int> kept)
    {
        if (Try(_best with { Faults = [] })) return;
        for (int part = (kept.Count + 1) / 2; part >= 1; part /= 2)
            for (int at = 0; at < kept.Count;)
            {
                List<int> less = [.. kept.Take(at), .. kept.Skip(at + part)];
                if (Try(_best with { Faults = less })) kept = less;
                else at += part;
            }
    }

    private bool Try(Reduction reduction)
    {
        if (Tried >= most) return false;
        Tried++;
        if (!fails(reduction)) return false;
        _best = reduction;
        return true;
    }
}
