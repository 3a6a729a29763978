using Coco.Log;
using Coco.Manager.Disk;

namespace Coco.Enclave.Tests.Manager;

public sealed class LedgerFolderTests
{
    [Fact]
    public void Writes_of_one_group_to_one_file_share_the_last_sync()
    {
        Assert.Equal(1, SyncsOf([Write("a", 0), Sync("a"), Write("a", 4), Sync("a"), Write("a", 8), Sync("a")]));
        Assert.Equal(1, SyncsOf([Write("a", 0), Sync("a"), Sync("a")]));
    }

    [Fact]
    public void A_sync_is_kept_before_another_file_a_cut_a_deletion_and_the_folder()
    {
        Assert.Equal(2, SyncsOf([Write("a", 0), Sync("a"), Write("b", 0), Sync("b")]));
        Assert.Equal(2, SyncsOf([Write("a", 0), Sync("a"), new DiskOperation.Truncate("a", 1), Sync("a")]));
        Assert.Equal(2, SyncsOf([Write("b", 0), Write("a", 0), Sync("a"), new DiskOperation.Delete("b"), Write("a", 4), Sync("a")]));
        Assert.Equal(2, SyncsOf([Write("a", 0), Sync("a"), new DiskOperation.SyncDirectory(), Write("a", 4), Sync("a")]));
        Assert.Equal(1, SyncsOf([Write("a", 0), Sync("a"), Write("a", 4)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_files_are_as_if_each_operation_had_been_carried_out_alone(int seed)
    {
        var random = new Random(seed);
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        var model = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        for (int group = 0; group < 100; group++)
        {
            DiskOperation[] operations = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Draw(random))];
            folder.CarryOut(operations);
            foreach (DiskOperation operation in operations) Apply(operation, model);
            Assert.Equal(model.Keys, folder.List().Order(StringComparer.Ordinal));
            foreach ((string file, byte[] content) in model) Assert.Equal(content, ReadAll(folder, file));
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_empty()
    {
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        Assert.Equal(0, folder.Length("none"));
        Assert.Equal(0, folder.Read("none", 0, new byte[4]));
    }

    private static long SyncsOf(IReadOnlyList<DiskOperation> operations)
    {
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        folder.CarryOut(operations);
        return folder.Syncs;
    }

    private static DiskOperation Draw(Random random)
    {
        string file = random.Next(3) == 0 ? "b" : "a";
        return random.Next(10) switch
        {
            < 5 => new DiskOperation.Write(file, random.Next(40), [Drawn(random), Drawn(random)]),
            < 8 => Sync(file),
            8 => new DiskOperation.Truncate(file, random.Next(20)),
            _ => random.Next(2) == 0 ? new DiskOperation.Delete(file) : new DiskOperation.SyncDirectory(),
        };
    }

    private static byte[] Drawn(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 9)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Apply(DiskOperation operation, SortedDictionary<string, byte[]> files)
    {
        switch (operation)
        {
            case DiskOperation.Write write:
                byte[] added = [.. write.Parts.SelectMany(part => part.ToArray())];
                byte[] content = files.GetValueOrDefault(write.File, []);
                Array.Resize(ref content, Math.Max(content.Length, (int)write.Offset + added.Length));
                added.CopyTo(content, write.Offset);
                files[write.File] = content;
                break;
            case DiskOperation.Truncate cut:
                byte[] kept = files.GetValueOrDefault(cut.File, []);
                Array.Resize(ref kept, (int)cut.Length);
                files[cut.File] = kept;
                break;
            case DiskOperation.SyncFile sync:
                files.TryAdd(sync.File, []);
                break;
            case DiskOperation.Rename rename:
                if (files.Remove(rename.File, out byte[]? moved)) files[rename.To] = moved;
                break;
            case DiskOperation.Delete delete:
                files.Remove(delete.File);
                break;
        }
    }

    [Fact]
    public void A_file_takes_the_place_of_another_as_a_whole()
    {
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        folder.CarryOut([Write("a", 0), Write("a", 4), Sync("a"), Write("b", 0), Sync("b"), new DiskOperation.Rename("b", "a"), new DiskOperation.SyncDirectory()]);
        Assert.Equal(["a"], folder.List());
        Assert.Equal(4, folder.Length("a"));
        folder.CarryOut([Write("a", 4), Sync("a")]); // not into the file that had the name before
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4], ReadAll(folder, "a"));
    }

    private static byte[] ReadAll(LedgerFolder folder, string file)
    {
        byte[] bytes = new byte[folder.Length(file)];
        Assert.Equal(bytes.Length, folder.Read(file, 0, bytes));
        return bytes;
    }

    private static DiskOperation.Write Write(string file, long offset) => new(file, offset, [new byte[] { 1, 2, 3, 4 }]);

    private static DiskOperation.SyncFile Sync(string file) => new(file);
}
