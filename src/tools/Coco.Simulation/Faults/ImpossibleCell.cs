namespace Coco.Simulation.Faults;

/// <summary>A fault that can't meet a VN in the middle of this step, and why.</summary>
public sealed record ImpossibleCell(string Fault, string Step, string Reason)
{
    private const string WritesNothing = "a VN that does not take part yet writes nothing to its ledger";

    /// <summary>Faults of the VN that leads.</summary>
    private static readonly (string Step, string Reason)[] OfLeaders =
    [
        (ProtocolSteps.Election, "the VN that leads is in no election"),
        (ProtocolSteps.SnapshotInstall, "the VN that leads has the newest log, and installs no snapshot"),
        (ProtocolSteps.Forward, "the VN that leads forwards nothing"),
        (ProtocolSteps.Rejoin, "a VN that leads takes part"),
        (ProtocolSteps.SealedRestart, "a VN that leads takes part"),
    ];

    internal static IReadOnlyList<ImpossibleCell> All { get; } =
    [
        .. OfLeaders.Select(cell => new ImpossibleCell("leaderCut", cell.Step, cell.Reason)),
        .. OfLeaders.Select(cell => new ImpossibleCell("handOver", cell.Step, cell.Reason)),
        new("lostWrites", ProtocolSteps.Rejoin, WritesNothing),
        new("lostWrites", ProtocolSteps.SealedRestart, WritesNothing),
        new("tornWrite", ProtocolSteps.Rejoin, WritesNothing),
        new("tornWrite", ProtocolSteps.SealedRestart, WritesNothing),
    ];

    internal static ImpossibleCell? Find(string fault, string step) => All.FirstOrDefault(cell => cell.Fault == fault && cell.Step == step);
}
