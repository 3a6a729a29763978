using System.Runtime.InteropServices;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

public sealed class ChunkTests
{
    private const int ChunkBytes = 1500;

    private static readonly LedgerOpenOptions Options = new() { ChunkBytes = ChunkBytes };

    [Fact]
    public void What_was_written_is_read_back()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Range(0, 30).Select(i => 10 + (i * 20)));
        MemoryDisk disk = Written(network.Records, 7);
        Assert.True(disk.Files.Count > 5);
        LedgerOpening opening = LedgerOpening.Open(disk, network, Options);
        Assert.Null(opening.Problem);
        Assert.False(opening.IsTorn);
        Assert.Equal(network.Tree.Root, opening.Tree.Root);
        Assert.Equal(network.Records[^1].Leaf, opening.Chunks!.LastLeaf);
        LedgerReader reader = opening.Reader();
        for (int i = 0; i < network.Records.Count; i++)
        {
            Assert.Null(reader.TryReadFrame(At(i + 1), out ReadOnlyMemory<byte> frame));
            Assert.Equal(network.Records[i].Frame.Span, frame.Span);
        }
        Assert.Equal(LedgerProblemKind.Missing, reader.TryReadFrame(At(network.Records.Count + 1), out _)!.Kind);
        Assert.Equal(LedgerProblemKind.Missing, reader.TryReadFrame(LogIndex.Zero, out _)!.Kind);
    }

    [Fact]
    public void Files_are_taken_in_again_from_the_last_one_back_to_the_first()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Range(0, 30).Select(i => 10 + (i * 20)));
        MemoryDisk disk = Written(network.Records, 7);
        LedgerChunks whole = LedgerOpening.Open(disk, network, Options).Chunks!;
        LogIndex middle = At(17);
        (string file, long length) = whole.Locate(middle)!.Value;
        CheckedChunk? chunk = CheckedChunk.TryRead(disk.Files[file].AsMemory(0, (int)length), EndAt(network, middle));
        Assert.Equal(middle, chunk!.Last);
        LedgerChunks chunks = whole.From(chunk);
        Assert.Equal(network.Records[16].Leaf, chunks.LastLeaf);
        while (chunks.First.Value > 1)
        {
            ChunkEnd end = chunks.Before;
            Assert.Equal(EndAt(network, end.Last), end);
            (string before, long bytes) = whole.Locate(end.Last)!.Value;
            Assert.Equal(disk.Files[before].Length, bytes);
            chunks.Prepend(CheckedChunk.TryRead(disk.Files[before], end)!);
        }
        var reader = new LedgerReader(disk, chunks);
        for (int i = 0; i < 17; i++)
        {
            Assert.Null(reader.TryReadFrame(At(i + 1), out ReadOnlyMemory<byte> frame));
            Assert.Equal(network.Records[i].Frame.Span, frame.Span);
        }
    }

    [Fact]
    public void A_chunk_with_a_changed_bit_is_not_taken_in()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Range(0, 12).Select(i => 10 + (i * 20)));
        MemoryDisk disk = Written(network.Records, 4);
        LedgerChunks whole = LedgerOpening.Open(disk, network, Options).Chunks!;
        LogIndex last = At(5);
        (string file, long length) = whole.Locate(last)!.Value;
        byte[] bytes = disk.Files[file][..(int)length];
        for (int bit = 0; bit < bytes.Length * 8; bit += 3)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(CheckedChunk.TryRead(bytes, EndAt(network, last)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.Null(CheckedChunk.TryRead(bytes, EndAt(network, At(4)) with { Last = last }));
        Assert.Null(CheckedChunk.TryRead(bytes.AsMemory(0, bytes.Length - 1), EndAt(network, last)));
    }

    private static ChunkEnd EndAt(TestNetwork network, LogIndex index) =>
        new(TestNetwork.Id, index, network.Records[(int)index.Value - 1].Leaf, network.Tree.RootAt(index));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Files_depend_on_the_entries_alone(int seed)
    {
        var random = new Random(seed);
        using var network = new TestNetwork();
        network.AppendBatches([]);
        var disk = new MemoryDisk();
        var chunks = new LedgerChunks(disk, TestNetwork.Id, MerkleFrontier.Empty, Hash256.Zero, ChunkBytes);
        var writer = new LedgerWriter(chunks);
        int written = 0;
        for (int step = 0; step < 120; step++)
        {
            if (random.Next(5) == 0)
            {
                int keep = random.Next(Math.Max(1, network.Records.Count - 12), network.Records.Count + 1);
                network.CutTo(keep);
                if (keep < written)
                {
                    Assert.Null(Carry(disk, operations => writer.Truncate(At(keep), operations)));
                    written = keep;
                }
            }
            for (int i = random.Next(6); i > 0; i--) network.AppendBatch(random.Next(1, 900));
            written = Append(writer, network, disk, written);
        }
        MemoryDisk anew = Written(network.Records, 1);
        Assert.Equal(anew.Files.Keys, disk.Files.Keys);
        foreach (string file in anew.Files.Keys) Assert.Equal(anew.Files[file], disk.Files[file]);
        Assert.True(LedgerVerifier.Verify(disk, network, Options).Holds);
    }

    [Fact]
    public void A_ledger_that_was_opened_goes_on_as_if_it_had_not_been_closed()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(200, 40));
        MemoryDisk whole = Written(network.Records, 3);
        for (int first = 1; first < network.Records.Count; first += 3)
        {
            MemoryDisk disk = Written(network.Records.Take(first), 2);
            LedgerOpening opening = LedgerOpening.Open(disk, network, Options);
            AppendRest(opening, network, disk);
            AssertSame(whole, disk);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_torn_at_any_byte_leaves_what_was_durable_and_goes_on(bool knowsWhatWasDurable)
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(30, 9));
        int durable = network.Records.Count - 5;
        MemoryDisk whole = Written(network.Records, 2);
        MemoryDisk before = Written(network.Records.Take(durable), 2);
        LedgerOpening opening = LedgerOpening.Open(before, network, Options);
        var operations = new List<DiskOperation>();
        new LedgerWriter(opening.Chunks!).Append(
            CollectionsMarshal.AsSpan(network.Records)[durable..], FullTree(network), operations);
        Assert.True(operations.OfType<DiskOperation.Write>().Count() > 1, "the append crosses a file");
        LedgerOpenOptions options = Options with { DurableThrough = knowsWhatWasDurable ? At(durable) : null };
        for (int crash = 0; crash < operations.Count; crash++)
        {
            long length = operations[crash] is DiskOperation.Write write ? write.Length : 0;
            for (long bytes = 0; bytes <= length; bytes++)
            {
                MemoryDisk disk = before.Copy();
                disk.Apply(operations.Take(crash));
                disk.Apply(operations[crash], bytes);
                LedgerOpening after = LedgerOpening.Open(disk, network, options);
                Assert.Null(after.Problem);
                Assert.True(after.Chunks!.Last >= At(durable));
                Carry(disk, cut => after.CutDamaged(dropLater: false, cut));
                AppendRest(after, network, disk);
                AssertSame(whole, disk);
            }
        }
    }

    [Fact]
    public void An_end_with_holes_is_torn_only_where_it_is_known_not_to_have_been_durable()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(20, 4));
        MemoryDisk disk = Written(network.Records, 1);
        byte[] file = disk.Files.Values.Single();
        int third = file.AsSpan().IndexOf(network.Records[2].Frame.Span);
        file.AsSpan(third, 40).Clear();
        Assert.Equal(LedgerProblemKind.Damaged, LedgerOpening.Open(disk, network, Options).Problem!.Kind);
        Assert.Equal(LedgerProblemKind.Damaged, LedgerOpening.Open(disk, network, Options with { DurableThrough = At(3) }).Problem!.Kind);
        LedgerOpening opening = LedgerOpening.Open(disk, network, Options with { DurableThrough = At(2) });
        Assert.True(opening.IsTorn);
        Assert.Equal(At(2), opening.Chunks!.Last);
    }

    [Fact]
    public void A_crash_while_the_log_is_cut_leaves_a_log()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(300, 20));
        MemoryDisk whole = Written(network.Records, 2);
        LedgerOpening opening = LedgerOpening.Open(whole, network, Options);
        var operations = new List<DiskOperation>();
        Assert.Null(new LedgerWriter(opening.Chunks!).Truncate(At(5), operations));
        Assert.True(operations.OfType<DiskOperation.Delete>().Count() > 1);
        for (int done = 0; done <= operations.Count; done++)
        {
            MemoryDisk disk = whole.Copy();
            disk.Apply(operations.Take(done));
            LedgerVerification verification = LedgerVerifier.Verify(disk, network, Options);
            Assert.True(verification.Holds, verification.Problem?.Message);
            Assert.True(verification.LastIndex >= At(5));
        }
    }

    [Fact]
    public void A_ledger_may_begin_at_any_chunk_and_has_the_same_bytes_from_there_on()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(300, 20));
        MemoryDisk whole = Written(network.Records, 2);
        string second = whole.Files.Keys.ElementAt(1);
        Assert.True(ChunkFile.TryParseName(second, out LogIndex first));
        int skipped = (int)first.Value - 1;
        var tree = new MerkleLedger();
        foreach (LedgerRecord record in network.Records.Take(skipped)) tree.Append(record.Leaf);
        var disk = new MemoryDisk();
        var chunks = new LedgerChunks(disk, TestNetwork.Id, tree.FrontierAt(tree.Last), network.Records[skipped - 1].Leaf, ChunkBytes);
        Carry(disk, operations => new LedgerWriter(chunks).Append(
            CollectionsMarshal.AsSpan(network.Records)[skipped..], FullTree(network), operations));
        whole.Files.Remove(whole.Files.Keys.First());
        AssertSame(whole, disk);
        Assert.Equal(LedgerProblemKind.Missing, LedgerVerifier.Verify(disk, network, Options).Problem!.Kind);
        Assert.True(LedgerVerifier.Verify(disk, network, Options with { From = first }).Holds);
    }

    [Fact]
    public void More_chunks_than_are_kept_in_memory_are_read_at_random()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(60, 300));
        var options = new LedgerOpenOptions { ChunkBytes = 400 };
        MemoryDisk disk = Written(network.Records, 50, 400);
        Assert.True(disk.Files.Count > 3 * Limits.MaxCachedChunks);
        LedgerOpening opening = LedgerOpening.Open(disk, network, options);
        Assert.Null(opening.Problem);
        LedgerReader reader = opening.Reader();
        var random = new Random(5);
        for (int i = 0; i < 1000; i++)
        {
            int entry = random.Next(network.Records.Count);
            Assert.Null(reader.TryReadFrame(At(entry + 1), out ReadOnlyMemory<byte> frame));
            Assert.Equal(network.Records[entry].Frame.Span, frame.Span);
        }
        var operations = new List<DiskOperation>();
        Assert.Null(new LedgerWriter(opening.Chunks!).Truncate(At(3), operations));
        disk.Apply(operations);
        AssertSame(Written(network.Records.Take(3), 1, 400), disk);
    }

    [Fact]
    public void The_end_can_be_read_and_cut_after_many_other_chunks_were_read()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(60, 150));
        MemoryDisk disk = Written(network.Records, 50, 600);
        LedgerOpening opening = LedgerOpening.Open(disk, network, Options with { ChunkBytes = 600 });
        for (int i = 0; i < network.Records.Count; i++) Assert.Null(opening.Reader().TryReadFrame(At(i + 1), out _));
        for (int i = 0; i < 120; i++) Assert.Null(opening.Reader().TryReadFrame(At(i + 1), out _));
        int written = network.Records.Count;
        network.AppendBatches([60]);
        // Not carried out: what is known of the open file must not have to be read from the disk.
        var operations = new List<DiskOperation>();
        var writer = new LedgerWriter(opening.Chunks!);
        writer.Append(CollectionsMarshal.AsSpan(network.Records)[written..], FullTree(network), operations);
        Assert.Null(writer.Truncate(At(written), operations));
        Assert.Equal(network.Records[written - 1].Leaf, opening.Chunks!.LastLeaf);
    }

    [Fact]
    public void Names_sort_as_their_entries_do_and_others_are_refused()
    {
        Assert.True(string.CompareOrdinal(ChunkFile.Name(At(9)), ChunkFile.Name(At(10))) < 0);
        Assert.True(ChunkFile.TryParseName(ChunkFile.Name(At(77)), out LogIndex first));
        Assert.Equal(At(77), first);
        foreach (string name in (string[])["", "ledger_", "ledger_7", "ledger_0000000000000000000 ", "ledger_00000000000000000000", "ledger_99999999999999999999", "snapshot_00000000000000000001"])
            Assert.False(ChunkFile.TryParseName(name, out _), name);
    }

    internal static LogIndex At(int index) => new((ulong)index);

    internal static MerkleLedger FullTree(TestNetwork network)
    {
        var tree = new MerkleLedger();
        foreach (LedgerRecord record in network.Records) tree.Append(record.Leaf);
        return tree;
    }

    internal static MemoryDisk Written(IEnumerable<LedgerRecord> records, int group, int chunkBytes = ChunkBytes)
    {
        var disk = new MemoryDisk();
        var tree = new MerkleLedger();
        var writer = new LedgerWriter(new LedgerChunks(disk, TestNetwork.Id, MerkleFrontier.Empty, Hash256.Zero, chunkBytes));
        foreach (LedgerRecord[] some in records.Chunk(group))
        {
            foreach (LedgerRecord record in some) tree.Append(record.Leaf);
            Carry(disk, operations => writer.Append(some, tree, operations));
        }
        return disk;
    }

    internal static void AssertSame(MemoryDisk expected, MemoryDisk actual)
    {
        Assert.Equal(expected.Files.Keys, actual.Files.Keys);
        foreach (string file in expected.Files.Keys) Assert.True(expected.Files[file].AsSpan().SequenceEqual(actual.Files[file]), file);
    }

    internal static void AppendRest(LedgerOpening opening, TestNetwork network, MemoryDisk disk)
    {
        LedgerChunks chunks = opening.Chunks ?? new LedgerChunks(disk, TestNetwork.Id, MerkleFrontier.Empty, Hash256.Zero, ChunkBytes);
        Append(new LedgerWriter(chunks), network, disk, (int)chunks.Last.Value);
    }

    private static int Append(LedgerWriter writer, TestNetwork network, MemoryDisk disk, int written)
    {
        Carry(disk, operations => writer.Append(
            CollectionsMarshal.AsSpan(network.Records)[written..], FullTree(network), operations));
        return network.Records.Count;
    }

    private static T Carry<T>(MemoryDisk disk, Func<List<DiskOperation>, T> plan)
    {
        var operations = new List<DiskOperation>();
        T result = plan(operations);
        disk.Apply(operations);
        return result;
    }

    private static void Carry(MemoryDisk disk, Action<List<DiskOperation>> plan)
    {
        var operations = new List<DiskOperation>();
        plan(operations);
        disk.Apply(operations);
    }
}
