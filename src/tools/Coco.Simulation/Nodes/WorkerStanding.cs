using Coco.Attestation;
using Coco.Governance;
using Coco.Primitives;
using Coco.Simulation.Checks;
using Coco.Simulation.World;
using Coco.Tee;

namespace Coco.Simulation.Nodes;

/// <summary>
/// A manager's side of its worker in a TEE of its own: the production class says what the worker must prove; around it is the twin of the
/// product's door, and of what its end of the boundary does at each beat.
/// </summary>
internal sealed class WorkerStanding
{
    private readonly Cluster _cluster;
    private readonly Host _host;
    private readonly ManagerProcess _manager;
    private readonly AttestationClaims _claims;
    private readonly AttestedWorker _worker;
    private readonly WorkerEvidence _check;
    private bool _isWelcomed;
    private int _ticks;

    private WorkerStanding(Cluster cluster, Host host, ManagerProcess manager, AttestationClaims claims, Evidence shown)
    {
        (_cluster, _host, _manager, _claims) = (cluster, host, manager, claims);
        _worker = new AttestedWorker(() => manager.Governance, SimulatedPlatform.Verifiers, new HostClock(host), cluster.World.Random.NextHash, claims, shown);
        _check = new WorkerEvidence(cluster.World, host, claims, manager.Governance!.Constitution.Leases!);
    }

    /// <summary>Null: it is not let in.</summary>
    public static WorkerStanding? LetIn(Cluster cluster, Host host, ManagerProcess manager)
    {
        if (manager.Governance is not { } state || host.PausedUntil > cluster.World.Now) return null;
        SimulationRandom random = cluster.World.Random;
        var claims = new AttestationClaims(
            state.Network, host.Name, EnclaveRole.Worker, random.NextHash(), Hash256.Zero, random.NextHash(), AttestationPurpose.Boundary);
        if (host.WorkerTee.Produce(claims) is not { } shown) return null;
        TeePolicy policy = ManifestPolicy.Of(state.Constitution, CodeRole.Worker, host.UnixMs) with { ReportData = [.. claims.ComputeReportData()] };
        EvidenceVerdict verdict = SimulatedPlatform.Verifiers.Verify(shown, policy, host.UnixMs);
        if (verdict.Holds) return new WorkerStanding(cluster, host, manager, claims, shown);
        cluster.World.Note(host.Name, $"a worker is refused: {verdict.Refusal.Reason}");
        return null;
    }

    /// <summary>A tick of the manager's own clock.</summary>
    public void OnTick(BoundaryLink link)
    {
        if (!link.IsOpen) return;
        _check.OnTick();
        if (++_ticks % WorkerEvidence.BeatTicks != 0) return;
        if (_worker.IsOver)
        {
            _check.OnTooOld();
            SendAway(link, "it gave no accepted evidence for as long as a lease lasts");
        }
        else if (_worker.Due() is { } nonce)
        {
            _check.OnAsked(nonce);
            link.ToWorker(worker => worker.Prove(_claims with { PeerNonce = nonce }));
        }
    }

    /// <summary>Whether it is welcomed by this state; else it is sent away.</summary>
    public bool Welcomes(BoundaryLink link, GovernanceState state) => _isWelcomed = Judge(link, state);

    /// <summary>Governance has changed. One that waits for its welcome is judged then.</summary>
    public void OnGovernance(BoundaryLink link, GovernanceState state)
    {
        if (_isWelcomed) _isWelcomed = Judge(link, state);
    }

    public void OnEvidence(Hash256 nonce, byte[] evidence)
    {
        if (_host.PausedUntil > _cluster.World.Now)
        {
            _cluster.World.After(_host.PausedUntil - _cluster.World.Now, () => OnEvidence(nonce, evidence));
            return;
        }
        _check.OnGiven(nonce, evidence, _manager.Governance!, _worker.Take(nonce, evidence));
    }

    private bool Judge(BoundaryLink link, GovernanceState state)
    {
        EvidenceRefusal? refusal = _worker.Judge(state);
        _check.OnJudged(state, refusal is null);
        if (refusal is not null) SendAway(link, refusal.Reason);
        return refusal is null;
    }

    private void SendAway(BoundaryLink link, string why)
    {
        if (!link.IsOpen) return;
        _cluster.World.Note(_host.Name, $"sends its worker away: {why}");
        _cluster.World.CountFault("workerSentAway", _host.Name);
        link.Close();
    }
}
