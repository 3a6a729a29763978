using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>What survives a crash: hard state, and the log after a base.</summary>
internal sealed class SimulatedDisk(Configuration configuration)
{
    public HardState HardState { get; private set; }
    public LogPosition Base { get; private set; }
    public Configuration BaseConfiguration { get; private set; } = configuration;
    public List<ConsensusEntry> Entries { get; } = [];

    public LogPosition Last => Entries.Count == 0 ? Base : Entries[^1].Position;

    public void Write(PersistEffect effect)
    {
        if (effect.HardState is { } hardState) HardState = hardState;
        if (effect.TruncateAfter is { } index) TruncateAfter(index);
        foreach (ConsensusEntry entry in effect.Append)
        {
            if (entry.Index <= Base.Index) continue; // written before a snapshot was installed
            Assert.Equal(Last.Index.Next(), entry.Index);
            Entries.Add(entry);
        }
    }

    public void TruncateAfter(LogIndex index) => Entries.RemoveAll(entry => entry.Index > index);

    public ConsensusEntry? At(LogIndex index) =>
        index <= Base.Index || index > Last.Index ? null : Entries[(int)(index.Value - Base.Index.Value - 1)];

    public bool Holds(LogPosition position) => position == Base || At(position.Index)?.Term == position.Term;

    /// <summary>Drops what a snapshot at <paramref name="index"/> stands for.</summary>
    public void Compact(LogIndex index)
    {
        if (index <= Base.Index || At(index) is not { } at) return;
        foreach (ConsensusEntry entry in Entries)
            if (entry.Index <= index && entry.Configuration is { } configuration) BaseConfiguration = configuration;
        Entries.RemoveAll(entry => entry.Index <= index);
        Base = at.Position;
    }

    public void Install(LogPosition snapshot, Configuration configuration)
    {
        Entries.Clear();
        (Base, BaseConfiguration) = (snapshot, configuration);
    }

    /// <summary>From <paramref name="first"/>, at least one and no more than fit; none where they are gone.</summary>
    public ConsensusEntry[] Read(LogIndex first, int maxBytes)
    {
        List<ConsensusEntry> read = [];
        int bytes = 0;
        for (LogIndex index = first; At(index) is { } entry; index = index.Next())
        {
            bytes += entry.Frame.Length;
            if (read.Count > 0 && bytes > maxBytes) break;
            read.Add(entry);
        }
        return [.. read];
    }
}
