using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>A machine under a VN: its disk and clock stay, its processes come and go.</summary>
internal sealed class Host(SimulationWorld world, int number)
{
    private const ulong StartUnixMs = 1_800_000_000_000;

    private long _driftFrom;
    private double _driftedMs;
    private double _rate = 1;
    private double _uptime;
    private long _uptimeAsOf;

    public int Number => number;
    public string Name { get; } = $"vn{number}";
    public SimulatedDisk Disk { get; } = new(world, $"vn{number}");
    public WorkerTee WorkerTee { get; } = new(world, number);
    public ManagerProcess? Manager { get; set; }
    public WorkerProcess? Worker { get; set; }

    /// <summary>The ledger files as the running manager, or else the last one, knows them.</summary>
    public LedgerChunks? Chunks { get; set; }

    /// <summary>The processes stand still until then: a stopped machine.</summary>
    public long PausedUntil { get; private set; }

    /// <summary>Its platform makes no evidence until then.</summary>
    public long WithheldUntil { get; set; }

    /// <summary>Its enclave's clock stands still until then; messages and timers of the host go on.</summary>
    public long ClockStoppedUntil
    {
        get;
        set
        {
            LetTimePass();
            field = value;
        }
    }

    /// <summary>By its enclaves' clock, in microseconds: it drifts and stands still, and no jump moves it.</summary>
    public long Uptime
    {
        get
        {
            LetTimePass();
            return (long)_uptime;
        }
    }

    /// <summary>Its disk went back and it has not caught up since: until then no other VN may fail, as only an honest quorum is safe.</summary>
    public bool IsRolledBack { get; set; }

    /// <summary>The last change of who takes part that was written to its log, where, and which leader made it; it may have been lost since.</summary>
    public (LogPosition At, Configuration Configuration, NodeId Maker)? Change { get; set; }

    /// <summary>The supervisor keeps it running.</summary>
    public bool IsWanted { get; set; }

    /// <summary>The VN list names it, or it still votes.</summary>
    public bool IsListed { get; set; }

    public long SyncUpToMs { get; set; } = world.Profile.SyncMs;

    /// <summary>No sync ends before then: a disk that stalls.</summary>
    public long SyncStallsUntil { get; set; }

    /// <summary>Added to messages across the boundary, at most.</summary>
    public long BoundarySlowUpTo { get; set; }

    /// <summary>One that stands still already is left so: what waits for it must keep its order.</summary>
    public void Pause(long until)
    {
        if (PausedUntil <= world.Now) PausedUntil = until;
    }

    public ulong UnixMs => StartUnixMs + (ulong)(_driftedMs + ((world.Now - _driftFrom) * _rate / 1000));

    /// <summary>How long a tick of 10 ms is by this machine's clock, in true microseconds.</summary>
    public long TickLength => (long)(10 * SimulationWorld.Millisecond / _rate);

    /// <summary>From now on the clock is this far from the true time.</summary>
    public void SetClock(long offsetMs)
    {
        _driftedMs = (world.Now / (double)SimulationWorld.Millisecond) + offsetMs;
        _driftFrom = world.Now;
    }

    public void Drift(double rate)
    {
        LetTimePass();
        _driftedMs += (world.Now - _driftFrom) * _rate / 1000;
        (_driftFrom, _rate) = (world.Now, rate);
    }

    private void LetTimePass()
    {
        _uptime += (world.Now - Math.Clamp(ClockStoppedUntil, _uptimeAsOf, world.Now)) * _rate;
        _uptimeAsOf = world.Now;
    }
}
