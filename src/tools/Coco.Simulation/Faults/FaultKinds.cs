namespace Coco.Simulation.Faults;

/// <summary>What a profile's faults are called in the table of faults and steps.</summary>
internal static class FaultKinds
{
    /// <summary>Made of faults that are counted under their own names.</summary>
    public const string RollBackAtDeath = "rollbackAtDeath";
    public const string SplitStarts = "splitStarts";
    public const string UnseenReturn = "unseenReturn";
    public const string UnseenRenewal = "unseenRenewal";
    public const string RenewedDeath = "renewedDeath";
    public const string LostNumber = "lostNumber";
    public const string UnreadInstall = "unreadInstall";
    public const string OwnEndReplaced = "ownEndReplaced";
    public const string OutcastLeader = "outcastLeader";
    public const string LearnerAhead = "learnerAhead";
    public const string BackToAlone = "backToAlone";
    public const string BusyDisk = "busyDisk";
    public const string FullDisk = "fullDisk";
    public const string NeededLease = "neededLease";
    public const string WorkerEvidence = "workerEvidence";
    public const string RefusedBuild = "refusedBuild";

    private static readonly string[] Composed = [RollBackAtDeath, SplitStarts, UnseenReturn, UnseenRenewal, RenewedDeath, LostNumber, UnreadInstall, OwnEndReplaced, OutcastLeader, LearnerAhead, BackToAlone, BusyDisk, FullDisk, NeededLease];

    /// <summary>They are of the VN that leads.</summary>
    public static bool IsOfLeader(string kind) => kind is "leaderCut" or "handOver" or SplitStarts or LostNumber or OutcastLeader or OwnEndReplaced;

    /// <summary>Those that a profile draws: if one never comes, its whole row is empty.</summary>
    public static IEnumerable<string> Of(Profile profile) => profile.Weights.Keys.Except(Composed);
}
