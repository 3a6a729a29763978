using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

public sealed class SnapshotPointsTests
{
    private static readonly SnapshotSettings Settings = new(Entries: 10, Bytes: 5_000);

    [Fact]
    public void A_snapshot_is_due_with_the_first_batch_after_so_many_entries() =>
        Assert.Equal([10UL, 21, 31], Due(40, 100, index => index is 20 ? EntryKind.Signatures : EntryKind.Batch));

    [Fact]
    public void A_snapshot_is_due_with_the_batch_that_makes_the_log_so_long() =>
        Assert.Equal([5UL, 10, 15], Due(15, 1_000, _ => EntryKind.Batch));

    [Fact]
    public void A_network_without_batches_writes_no_state() => Assert.Empty(Due(100, 1_000, _ => EntryKind.Governance));

    [Fact]
    public void Who_begins_at_a_snapshot_finds_the_same_points_as_who_saw_all()
    {
        SnapshotPoints whole = default, late = default;
        for (ulong index = 1; index <= 200; index++)
        {
            int bytes = (int)(index * 37 % 900);
            whole = whole.After(EntryKind.Batch, new LogIndex(index), bytes, Settings, out bool isDue);
            if (index > 60) late = late.After(EntryKind.Batch, new LogIndex(index), bytes, Settings, out bool isDueLate) is var next && isDueLate == isDue
                ? next : throw new InvalidOperationException($"entry {index}");
            if (isDue && index <= 60) late = new SnapshotPoints(new LogIndex(index), 0);
            else if (index <= 60) late = late with { Bytes = late.Bytes + bytes };
        }
        Assert.Equal(whole, late);
    }

    private static List<ulong> Due(ulong last, int bytes, Func<ulong, EntryKind> kindOf)
    {
        var due = new List<ulong>();
        SnapshotPoints points = default;
        for (ulong index = 1; index <= last; index++)
        {
            points = points.After(kindOf(index), new LogIndex(index), bytes, Settings, out bool isDue);
            if (isDue) due.Add(index);
        }
        return due;
    }
}
