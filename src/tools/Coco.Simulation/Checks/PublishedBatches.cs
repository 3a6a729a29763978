using Coco.Crypto;
using Coco.Ledgers;
using Coco.Primitives;
using Coco.Simulation.World;

namespace Coco.Simulation.Checks;

/// <summary>What workers told their subscribers: each batch is the same on every VN, and stands at the same place of the log.</summary>
internal sealed class PublishedBatches(SimulationWorld world)
{
    private readonly Dictionary<ulong, (LogIndex Index, Hash256 Digest)> _batches = [];

    public static Hash256 DigestOf(BatchRecord record)
    {
        var writer = new ByteWriter();
        record.Encode(writer);
        return Sha256.Hash(writer.Span);
    }

    public void Add(string host, AppliedBatch batch) => Compare(host, batch.Record.Number, batch.Index, DigestOf(batch.Record), "to its subscribers");

    public void Compare(string host, BatchNumber number, LogIndex index, Hash256 digest, string where)
    {
        if (_batches.TryAdd(number.Value, (index, digest)) || _batches[number.Value] == (index, digest)) return;
        world.Violate("subscriptions", $"{host} has another batch {number} {where} than others published, or at another place");
    }
}
