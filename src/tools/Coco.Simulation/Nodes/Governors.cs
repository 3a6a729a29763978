using System.Collections.Immutable;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>Members that add and remove VNs: one proposes, two vote, each request again until it is answered.</summary>
internal sealed class Governors(Cluster cluster)
{
    private const int FewestNodes = 3;
    private const long RetryEvery = 400 * SimulationWorld.Millisecond;

    private readonly Queue<SignedRequest> _requests = new();
    private ulong _ticket;
    private bool _isStopped;
    private long? _refusedUntil;

    /// <summary>No request waits for its answer.</summary>
    public bool IsAtRest => _requests.Count == 0;

    public void Start() => Wait();

    /// <summary>No new proposals; what is under way goes on.</summary>
    public void Stop() => _isStopped = true;

    public void OnAnswer(ulong ticket, GovernanceAnswer answer)
    {
        if (ticket != _ticket || answer.Leader is not null) return;
        cluster.World.Note("member", $"{(answer.IsAccepted ? "accepted" : "refused")}: {answer.Text}");
        _ticket++;
        _requests.TryDequeue(out _);
        if (_requests.Count == 0) Wait();
        else Submit();
    }

    private void Wait() => cluster.World.After(
        cluster.World.Random.Between(300, 2_500) * SimulationWorld.Millisecond, Propose);

    private void Propose()
    {
        if (_isStopped || !cluster.World.Profile.Governs || cluster.World.IsBroken) return;
        // Who votes is not changed while a VN is gone for good: with it a quorum of the fewer ones could be gone.
        bool isOneLost = cluster.Hosts.Any(host => host.IsRolledBack);
        if (isOneLost || cluster.Constitution is not { } constitution || NetworkOf() is not { } network)
        {
            Wait();
            return;
        }
        Enqueue(network, ActionFor(constitution));
        Submit();
    }

    private void Enqueue(NetworkId network, GovernanceAction action)
    {
        ulong now = cluster.Hosts.Max(host => host.UnixMs);
        var proposal = new GovernanceRequest(
            network, Organisations.Names[cluster.World.Random.Below(3)], now, new RequestBody.Proposal([action]));
        _requests.Enqueue(Organisations.Sign(proposal));
        foreach (string member in Organisations.Names.Take(2))
            _requests.Enqueue(Organisations.Sign(
                new GovernanceRequest(network, member, now + 1, new RequestBody.Ballot(proposal.ComputeId(), true))));
    }

    /// <summary>Members remove a VN now; false: it can't be.</summary>
    public bool TryRemoveOne()
    {
        if (!IsAtRest || cluster.Constitution is not { } constitution || constitution.Nodes.Length <= FewestNodes || !AreAllWhole() || NetworkOf() is not { } network) return false;
        Enqueue(network, new GovernanceAction.RemoveNode(ToRemove(constitution)));
        Submit();
        return true;
    }

    /// <summary>Members accept a build of the worker no more, and again after this long; false: they are at something else.</summary>
    public bool TryRefuseBuild(string build, long lasts)
    {
        if (!TryAccept([.. WorkerTee.Builds.Where(known => known != build)])) return false;
        if (_refusedUntil is null) cluster.World.After(lasts, AcceptBuilds);
        _refusedUntil = cluster.World.Now + lasts;
        return true;
    }

    /// <summary>Again and again: what was refused may still be on its way into the ledger.</summary>
    private void AcceptBuilds()
    {
        if (cluster.World.Now >= _refusedUntil && cluster.Constitution?.CodeManifest.Worker.Length < WorkerTee.Builds.Count) TryAccept([.. WorkerTee.Builds]);
        cluster.World.After(RetryEvery, AcceptBuilds);
    }

    private bool TryAccept(ImmutableArray<string> builds)
    {
        if (!IsAtRest || cluster.Constitution is not { } constitution || NetworkOf() is not { } network) return false;
        Enqueue(network, new GovernanceAction.SetCodeManifest(constitution.CodeManifest with { Worker = builds }));
        Submit();
        return true;
    }

    private NetworkId? NetworkOf() => cluster.Running.Select(host => host.Manager!.Replica.State?.Network).FirstOrDefault(id => id is not null);

    private GovernanceAction ActionFor(Constitution constitution)
    {
        List<Host> spare = [.. cluster.Hosts.Where(host => constitution.FindNode(host.Name) is null)];
        bool adds = spare.Count > 0 && (constitution.Nodes.Length <= FewestNodes || cluster.World.Random.Chance(0.5));
        return adds
            ? new GovernanceAction.AddNode(Organisations.NodeOf(cluster.World.Random.Pick(spare).Name))
            : constitution.Nodes.Length > FewestNodes && AreAllWhole()
                ? new GovernanceAction.RemoveNode(ToRemove(constitution))
                : new GovernanceAction.SetBatchLimits(new BatchLimits((int)cluster.World.Random.Between(5, 60), BatchLimits.Default.MaxBytes));
    }

    /// <summary>One that leaves may be the last to hold what others have yet to fetch.</summary>
    private bool AreAllWhole() => cluster.Hosts.Where(host => host.IsWanted).All(host => host.Manager?.Replica.First.Value == 1);

    private string ToRemove(Constitution constitution)
    {
        Host? leader = cluster.World.Profile.RemovesLeaders ? cluster.Leader : null;
        return leader is not null && constitution.FindNode(leader.Name) is not null
            ? leader.Name : cluster.World.Random.Pick(constitution.Nodes).Name;
    }

    private void Submit()
    {
        if (_requests.Count == 0 || cluster.World.IsBroken) return;
        ulong ticket = ++_ticket;
        byte[] request = _requests.Peek().Encode();
        cluster.Leader?.Manager!.Give(new GovernanceInput(ticket, request));
        cluster.World.After(RetryEvery, () =>
        {
            if (_ticket == ticket) Submit();
        });
    }
}
