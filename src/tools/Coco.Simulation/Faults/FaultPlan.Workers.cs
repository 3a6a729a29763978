using Coco.Simulation.Nodes;

namespace Coco.Simulation.Faults;

/// <summary>Faults of workers in TEEs of their own.</summary>
internal sealed partial class FaultPlan
{
    /// <summary>The worker's host keeps its evidence back, or gives older evidence: often long enough for the manager to send the worker away.</summary>
    private void SpoilEvidence(Host host)
    {
        World.CountFault(FaultKinds.WorkerEvidence, host.Name);
        host.WorkerTee.Spoil(Random.Pick(Enum.GetValues<EvidenceFault>()), World.Now + (Random.Between(500, 6_000) * Ms));
    }

    /// <summary>Members accept this worker's build no more, for a while.</summary>
    private void RefuseBuild(Host host)
    {
        if (cluster.Governors.TryRefuseBuild(host.WorkerTee.Build, Random.Between(500, 4_000) * Ms)) World.CountFault(FaultKinds.RefusedBuild, host.Name);
    }
}
