using Coco.Primitives;

namespace Coco.Simulation.World;

/// <summary>The one source of chance of a run: SplitMix64 (Steele, Lea, Flood 2014), the same on every machine.</summary>
internal sealed class SimulationRandom(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Mixed, so that seeds that follow each other begin nowhere near each other in the one sequence that all run through.</summary>
    private ulong _state = Mix(seed + Step);

    public ulong NextUInt64() => Mix(_state += Step);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 up to, and without, <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(NextUInt64() % (ulong)count);

    /// <summary>Both ends included.</summary>
    public long Between(long low, long high) => low + (long)(NextUInt64() % (ulong)(high - low + 1));

    public bool Chance(double probability) => (NextUInt64() >> 11) * (1.0 / (1UL << 53)) < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public Hash256 NextHash()
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (int i = 0; i < Hash256.Size; i += sizeof(ulong)) BitConverter.TryWriteBytes(bytes[i..], NextUInt64());
        return new Hash256(bytes);
    }
}
