namespace Coco.Simulation;

/// <summary>Rules that can be broken on purpose, to show that the checks would find such a fault in the product.</summary>
public sealed record Mutation(string Name, string Description, string Profile);

/// <summary>All mutations, each with the profile in which it shows soonest.</summary>
public static class Mutations
{
    public const string CommitOldTerm = "commit-old-term";
    public const string SmallQuorum = "small-quorum";
    public const string AnswerBeforeSync = "answer-before-sync";
    public const string SpeculativeRead = "speculative-read";
    public const string RepeatedSalt = "repeated-salt";
    public const string StaleRead = "stale-read";
    public const string EarlyAnswer = "early-answer";

    public const string SnapshotOffByOne = "snapshot-off-by-one";
    public const string SnapshotDropsConfig = "snapshot-drops-config";
    public const string InstallOverNewer = "install-over-newer";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(CommitOldTerm, "A leader commits entries of older terms by counting (Raft 5.4.2).", "crashes"),
        new(SmallQuorum, "A leader commits with one VN less than a majority.", "network"),
        new(AnswerBeforeSync, "The disk answers before it has synced.", "power-cuts"),
        new(SpeculativeRead, "Readers see the speculative head.", "network"),
        new(RepeatedSalt, "A manager draws the same salt at each start.", "all-rolled-back"),
        new(StaleRead, "A linearizable read does not ask for the read index.", "network"),
        new(EarlyAnswer, "A client is answered when its transaction is executed, not when it is committed.", "network"),
        new(SnapshotOffByOne, "A snapshot holds the state after the batch behind the one that it names.", "snapshots"),
        new(SnapshotDropsConfig, "A VN that goes on from a snapshot does not take over who takes part.", "snapshots"),
        new(InstallOverNewer, "A VN that starts from a snapshot drops the log behind what the snapshot's certificate covers.", "snapshots"),
    ];

    public static Mutation Find(string name) =>
        All.FirstOrDefault(mutation => mutation.Name == name)
        ?? throw new ArgumentException($"there is no mutation '{name}'; there are {string.Join(", ", All.Select(mutation => mutation.Name))}");
}
