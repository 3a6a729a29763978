namespace Coco.Chaos;

/// <summary>What chaos does to a network. Faults of the disk and the host meet one node at a time, since a quorum must stay honest (STO-5).</summary>
public enum FaultKind
{
    /// <summary>SIGKILL of one manager.</summary>
    Kill,

    /// <summary>SIGKILL of two managers at once.</summary>
    Kill2,

    /// <summary>SIGKILL of all processes at once: a power cut.</summary>
    KillAll,

    /// <summary>SIGKILL of one worker.</summary>
    Worker,

    /// <summary>SIGSTOP of one manager, and SIGCONT after a while.</summary>
    Pause,

    /// <summary>One node's ledger lies on a file system that is full for a while (root only).</summary>
    DiskFull,

    /// <summary>A byte in a ledger file of a stopped node changes.</summary>
    Corrupt,

    /// <summary>The newest ledger file of a stopped node is cut.</summary>
    Truncate,

    /// <summary>A stopped node gets an old copy of all its files.</summary>
    RollBack,

    /// <summary>A stopped node loses its snapshots.</summary>
    Snapshot,

    /// <summary>One node's links to the others carry nothing, in one direction or both; clients reach it.</summary>
    Partition,

    /// <summary>One node does not hear one other, which hears it.</summary>
    OneWay,

    /// <summary>Nothing passes between two nodes, and both reach the others.</summary>
    Pair,

    /// <summary>Nothing reaches one node or leaves it, for its clients neither.</summary>
    Unplug,

    /// <summary>The same again and again, for moments.</summary>
    Flap,

    /// <summary>A partition of one node that lasts until connections would go on after minutes only.</summary>
    Silence,

    /// <summary>One node's links to the others are slow.</summary>
    Delay,
}
