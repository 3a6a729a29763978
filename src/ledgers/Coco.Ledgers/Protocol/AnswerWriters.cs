using System.Collections.Concurrent;
using Coco.Primitives;

namespace Coco.Ledgers;

/// <summary>Writers for answers to clients, used again: an answer often ends on another thread than it began on.</summary>
public static class AnswerWriters
{
    private const int FirstBytes = 4096;

    /// <summary>A larger one is left to the collector: few answers need it.</summary>
    private const int MostBytes = 1 << 18;
    private const int Most = 512;

    private static readonly ConcurrentQueue<ByteWriter> Spare = new();

    /// <summary>An empty writer; give it back when its bytes have been sent or copied.</summary>
    public static ByteWriter Rent() => Spare.TryDequeue(out ByteWriter? writer) ? writer : new ByteWriter(FirstBytes);

    public static void Return(ByteWriter writer)
    {
        if (writer.Capacity > MostBytes || Spare.Count >= Most) return;
        writer.Clear();
        Spare.Enqueue(writer);
    }
}
