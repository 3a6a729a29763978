using Coco.Governance;
using Coco.Primitives;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;
using Coco.Tee;

namespace Coco.Simulation.Checks;

/// <summary>
/// What a worker in a TEE of its own has proved to its manager, kept apart from what the product makes of it: it is asked in time, and it is
/// sent away when it must be, soon, and never otherwise.
/// </summary>
/// <param name="claims">What its evidence must say.</param>
internal sealed class WorkerEvidence(SimulationWorld world, Host host, AttestationClaims claims, LeaseSettings leases)
{
    /// <summary>The product looks at each beat.</summary>
    public const int BeatTicks = Boundary.Limits.BeatMs / 10;

    /// <summary>A tick is rounded to a microsecond, so that a beat may find a time just not over.</summary>
    private const int MostTicks = BeatTicks + 2;

    private long _provedAt = host.Uptime;
    private int _ticksSinceQuestion;
    private int _ticksOverdue;
    private Hash256? _question;

    private bool IsOverdue => host.Uptime - _provedAt >= leases.DurationMs * SimulationWorld.Millisecond;

    public void OnTick()
    {
        _ticksSinceQuestion++;
        _ticksOverdue = IsOverdue ? _ticksOverdue + 1 : 0;
        if (_ticksOverdue > MostTicks) Violate($"is still there {_ticksOverdue} ticks after its evidence became too old");
        if (_ticksSinceQuestion > (leases.RenewMs / 10) + MostTicks) Violate($"was asked nothing for {_ticksSinceQuestion} ticks");
    }

    public void OnAsked(in Hash256 nonce) => (_question, _ticksSinceQuestion) = (nonce, 0);

    /// <param name="refusal">What the product says; null also where nobody waits for this evidence.</param>
    public void OnGiven(in Hash256 nonce, ReadOnlySpan<byte> evidence, GovernanceState state, EvidenceRefusal? refusal)
    {
        if (_question != nonce) return;
        _question = null;
        bool isProof = IsAccepted(state) && evidence.SequenceEqual(SimulatedPlatform.Make(host.WorkerTee.Measurement, claims with { PeerNonce = nonce }).Encode());
        if (isProof) _provedAt = host.Uptime;
        if (isProof && refusal is not null) Violate($"gave what was asked for, and is refused: {refusal.Reason}");
        if (!isProof && refusal is null) Violate("gave what was not asked for, and is believed");
    }

    public void OnTooOld()
    {
        if (!IsOverdue) Violate("is sent away although it proved itself in time");
    }

    /// <summary>The product has judged it by this state's manifests.</summary>
    public void OnJudged(GovernanceState state, bool isAccepted)
    {
        if (isAccepted != IsAccepted(state)) Violate(isAccepted ? "is accepted, and the manifests do not accept it" : "is not accepted, and the manifests accept it");
    }

    private bool IsAccepted(GovernanceState state) => state.Constitution.CodeManifest.Worker.Contains(host.WorkerTee.Build);

    private void Violate(string what) => world.Violate("worker evidence", $"the worker of {host.Name} {what}");
}
