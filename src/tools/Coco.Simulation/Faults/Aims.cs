using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Faults;

/// <summary>
/// Faults that wait until a VN is in the middle of one step of a protocol. By chance alone a fault hardly ever meets what takes a
/// millisecond, or what only follows from another fault.
/// </summary>
internal sealed class Aims(Cluster cluster)
{
    /// <summary>A fault whose step does not come begins after this long, wherever it meets a VN.</summary>
    private const long LongestWait = 2_500 * SimulationWorld.Millisecond;

    private readonly List<Aim> _waiting = [];

    private sealed record Aim(string Kind, int Number, string Step);

    public void Add(string kind, int number)
    {
        string step = cluster.World.Profile.AimedAt ?? ProtocolSteps.Pick(cluster.World.Random, step => ImpossibleCell.Find(kind, step) is null);
        var aim = new Aim(kind, number, step);
        _waiting.Add(aim);
        cluster.World.After(LongestWait, () =>
        {
            if (_waiting.Remove(aim)) cluster.Faults.Begin(kind, number, aimed: null);
        });
    }

    public void Clear() => _waiting.Clear();

    /// <summary>A VN has done something. What it is in the middle of is met when all that belongs to this moment has happened.</summary>
    public void Look(Host host)
    {
        for (int i = 0; i < _waiting.Count; i++)
        {
            Aim aim = _waiting[i];
            if (!Meets(aim, host)) continue;
            _waiting.RemoveAt(i);
            cluster.World.After(0, () => Meet(aim, host));
            return;
        }
    }

    private void Meet(Aim aim, Host host)
    {
        if (Meets(aim, host)) cluster.Faults.Begin(aim.Kind, aim.Number, host);
        else _waiting.Add(aim);
    }

    private bool Meets(Aim aim, Host host) =>
        ProtocolSteps.IsIn(cluster, host, aim.Step) && cluster.Faults.CanBegin(aim.Kind, host);
}
