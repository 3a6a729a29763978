using Coco.Primitives;
using Coco.Simulation.World;
using Coco.Tee;

namespace Coco.Simulation.Nodes;

/// <summary>What becomes of a worker's evidence in its host's hands.</summary>
internal enum EvidenceFault
{
    Withheld,

    /// <summary>It comes about when the next is due.</summary>
    Late,

    /// <summary>What was made for an earlier question comes in its place.</summary>
    Old,
}

/// <summary>The TEE of a VN's worker, apart from its manager's. It runs one of two builds.</summary>
internal sealed class WorkerTee(SimulationWorld world, int number)
{
    public static IReadOnlyList<string> Builds { get; } = [new string('b', 64), new string('c', 64)];

    private EvidenceFault _fault;
    private long _faultUntil;
    private Evidence? _last;

    /// <summary>In the code manifest's way to write it.</summary>
    public string Build { get; } = Builds[number % Builds.Count];

    public Hash256 Measurement => new(Convert.FromHexString(Build));

    /// <summary>The host does this until then.</summary>
    public void Spoil(EvidenceFault fault, long until) => (_fault, _faultUntil) = (fault, until);

    /// <summary>Null: the host lets none through.</summary>
    public Evidence? Produce(AttestationClaims claims)
    {
        if (Is(EvidenceFault.Withheld)) return null;
        if (Is(EvidenceFault.Old)) return _last;
        return _last = SimulatedPlatform.Make(Measurement, claims);
    }

    /// <summary>How long it takes from the question to the evidence.</summary>
    public long DrawDelay() => (Is(EvidenceFault.Late) ? world.Random.Between(200, 900) : world.Random.Between(1, 60)) * SimulationWorld.Millisecond;

    private bool Is(EvidenceFault fault) => _fault == fault && world.Now < _faultUntil;
}
