using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>What a host or a failing disk does to a file while nobody looks.</summary>
internal static class Damage
{
    private const int MaxSpan = 600;

    /// <summary>One bit, a span of zeros, a span of what stood elsewhere in the file, or an end that is missing; null: the file is gone.</summary>
    public static FileContent? Of(FileContent content, SimulationRandom random)
    {
        byte[] bytes = content.Span.ToArray();
        if (bytes.Length == 0) return null;
        int at = random.Below(bytes.Length);
        Span<byte> span = bytes.AsSpan(at, Math.Min(1 + random.Below(MaxSpan), bytes.Length - at));
        switch (random.Below(6))
        {
            case 0: return null;
            case 1: return content.Truncate(at);
            case 2: span.Clear(); break;
            case 3: content.Span.Slice(random.Below(bytes.Length - span.Length + 1), span.Length).CopyTo(span); break;
            default: bytes[at] ^= (byte)(1 << random.Below(8)); break;
        }
        return new FileContent(bytes);
    }
}
