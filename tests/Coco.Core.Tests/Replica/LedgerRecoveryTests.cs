using Coco.Core.Tests.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

/// <summary>What a start finds on its disk, and what it shows of it.</summary>
public sealed class LedgerRecoveryTests
{
    /// <summary>It would be admitted under one number after the other, none of which it could keep.</summary>
    [Fact]
    public void A_VN_whose_disk_does_not_take_what_it_must_keep_of_an_admission_does_not_start()
    {
        bool isFull = true;
        RecoveredLog Open() => LedgerRecovery.Open(new DiskAtStart(
            new MemoryDisk(), new MemoryDisk(), null, new SealedState(new NodeId(1), new Term(1), NodeId.None), 1_000, () => { },
            () =>
            {
                if (isFull) throw new IOException("No space left on device");
            },
            _ => { }, _ => { }, _ => { }));
        Assert.Throws<IOException>(Open);
        isFull = false;
        Assert.Null(Open().Chunks);
    }
}
