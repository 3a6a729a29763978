using Coco.Crypto;
using Coco.Log;
using Coco.Manager.Disk;
using Coco.Manager.Worker;
using Coco.Primitives;

namespace Coco.Enclave.Tests.Manager;

public sealed class HistoryReadsTests
{
    /// <summary>A VN that joined by a snapshot, or that has just started with one, does not know its older files yet: nothing is damaged there.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(6)]
    public void Where_the_files_do_not_reach_there_is_no_batch_and_nothing_is_lost(ulong index)
    {
        var tree = new MerkleLedger();
        for (int i = 0; i < 5; i++) tree.Append(new Hash256());
        using TemporaryFolder folder = new();
        using var files = new LedgerFolder(folder.Path);
        var reader = new LedgerReader(files, new LedgerChunks(files, Hash256.Zero, tree.FrontierAt(new LogIndex(5)), Hash256.Zero));
        using var cipher = new EntryCipher(new SecretKey(new byte[32]));
        Assert.Null(HistoryReads.TryBatch(reader, cipher, new LogIndex(index), out ReadOnlyMemory<byte> record));
        Assert.True(record.IsEmpty);
    }
}
