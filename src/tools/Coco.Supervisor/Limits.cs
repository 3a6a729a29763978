namespace Coco.Supervisor;

/// <summary>Bounds of the process keeper.</summary>
internal static class Limits
{
    /// <summary>Validating nodes on one machine: more would not find memory, and their ports would run into one another.</summary>
    public const int MaxNodes = 32;

    /// <summary>Ports that one node takes from the base on.</summary>
    public const int PortsPerNode = 10;

    /// <summary>A control message is a command and two names.</summary>
    public const int MaxControlBytes = 64 << 10;

    /// <summary>Longest path of a Unix socket that every system takes (sun_path, 108 bytes on Linux, 104 elsewhere).</summary>
    public const int MaxSocketPath = 100;

    public static readonly TimeSpan FirstRestartDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>A process that dies again and again is tried this often, so that it does not eat the machine.</summary>
    public static readonly TimeSpan LongestRestartDelay = TimeSpan.FromSeconds(10);

    /// <summary>A process that lived this long was healthy: the delays begin anew.</summary>
    public static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long a process may take to end by itself before it is killed.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan ControlPatience = TimeSpan.FromSeconds(20);

    /// <summary>A manager itself gives a request ten seconds to be committed.</summary>
    public static readonly TimeSpan GovernancePatience = TimeSpan.FromSeconds(15);

    /// <summary>Until some node leads and takes a request.</summary>
    public static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(30);

    /// <summary>A joining node fetches the whole ledger before it votes.</summary>
    public static readonly TimeSpan MembershipPatience = TimeSpan.FromSeconds(60);

    /// <summary>A refusal that lasts this long is not a node that merely lags behind a vote.</summary>
    public static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(2);
}
