using System.Runtime.InteropServices;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

public sealed class LedgerVerifierTests
{
    private const int ChunkBytes = 1000;

    private static readonly LedgerOpenOptions Options = new() { ChunkBytes = ChunkBytes };

    [Fact]
    public void A_good_ledger_holds_and_says_what_is_committed()
    {
        using TestNetwork network = Certified();
        LedgerVerification verification = LedgerVerifier.Verify(Disk(network), network, Options with { Network = TestNetwork.Id });
        Assert.True(verification.Holds, verification.Problem?.Message);
        Assert.Equal((ulong)network.Records.Count, verification.Entries);
        Assert.Equal(At(1), verification.FirstIndex);
        Assert.Equal(At(network.Records.Count), verification.LastIndex);
        Assert.Equal(network.Tree.Root, verification.Root);
        Assert.Equal(At(5), verification.CommittedThrough);
    }

    [Fact]
    public void Damage_to_any_byte_of_any_file_is_found()
    {
        using TestNetwork network = Certified();
        MemoryDisk disk = Disk(network);
        var random = new Random(11);
        foreach (string file in disk.Files.Keys.ToArray())
        {
            for (int at = 0; at < disk.Files[file].Length; at++)
            {
                byte bit = (byte)(1 << random.Next(8));
                disk.Files[file][at] ^= bit;
                LedgerVerification verification = LedgerVerifier.Verify(disk, network, Options);
                Assert.False(verification.Holds, $"{file} at {at}");
                disk.Files[file][at] ^= bit;
            }
        }
        Assert.True(LedgerVerifier.Verify(disk, network, Options).Holds);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_found_but_for_a_whole_number_of_entries_at_the_end()
    {
        using TestNetwork network = Certified();
        MemoryDisk disk = Disk(network);
        string last = disk.Files.Keys.Last();
        foreach (string file in disk.Files.Keys.ToArray())
        {
            byte[] whole = disk.Files[file];
            for (int length = 0; length < whole.Length; length += 5)
            {
                disk.Files[file] = whole[..length];
                LedgerVerification verification = LedgerVerifier.Verify(
                    disk, network, Options with { DurableThrough = At(network.Records.Count) });
                Assert.False(verification.Holds, $"{file} at {length}");
                if (file != last) Assert.False(LedgerVerifier.Verify(disk, network, Options).Holds, $"{file} at {length}");
            }
            disk.Files[file] = whole;
        }
    }

    [Fact]
    public void A_rolled_back_end_is_found_by_who_knows_what_was_durable()
    {
        using TestNetwork network = Certified();
        MemoryDisk disk = ChunkTests.Written(network.Records.Take(6), 2, ChunkBytes);
        Assert.True(LedgerVerifier.Verify(disk, network, Options).Holds);
        LedgerProblem problem = LedgerVerifier.Verify(disk, network, Options with { DurableThrough = At(7) }).Problem!;
        Assert.Equal(LedgerProblemKind.RolledBack, problem.Kind);
        Assert.Equal(At(7), problem.Index);
        Assert.Equal(LedgerProblemKind.RolledBack, LedgerVerifier.Verify(new MemoryDisk(), network, Options with { DurableThrough = At(7) }).Problem!.Kind);
    }

    [Fact]
    public void Files_of_a_branch_that_lost_are_found()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(200, 5));
        List<LedgerRecord> lost = [.. network.Records];
        network.CutTo(3);
        network.AppendBatches(Enumerable.Repeat(200, 17));
        MemoryDisk disk = Disk(network);
        MemoryDisk older = ChunkTests.Written(lost, 2, ChunkBytes);
        foreach (string file in older.Files.Keys)
        {
            if (disk.Files.TryGetValue(file, out byte[]? good) && good.AsSpan().SequenceEqual(older.Files[file])) continue;
            MemoryDisk mixed = disk.Copy();
            mixed.Files[file] = older.Files[file];
            Assert.False(LedgerVerifier.Verify(mixed, network, Options).Holds, file);
        }
    }

    [Fact]
    public void Missing_swapped_and_foreign_files_are_found()
    {
        using TestNetwork network = Certified();
        MemoryDisk disk = Disk(network);
        string[] files = [.. disk.Files.Keys];
        for (int i = 0; i + 1 < files.Length; i++)
        {
            MemoryDisk without = disk.Copy();
            without.Files.Remove(files[i]);
            LedgerProblem problem = LedgerVerifier.Verify(without, network, Options).Problem!;
            Assert.Equal(LedgerProblemKind.Missing, problem.Kind);
            Assert.True(ChunkFile.TryParseName(files[i], out LogIndex first));
            Assert.True(ChunkFile.TryParseName(files[i + 1], out LogIndex next));
            Assert.Equal(first, problem.Index);
            Assert.Equal(next, problem.RefetchThrough!.Value.Next());
            MemoryDisk swapped = disk.Copy();
            (swapped.Files[files[i]], swapped.Files[files[i + 1]]) = (swapped.Files[files[i + 1]], swapped.Files[files[i]]);
            Assert.False(LedgerVerifier.Verify(swapped, network, Options).Holds);
        }
        disk.Files["notes.txt"] = [1];
        Assert.Equal(LedgerProblemKind.ForeignFile, LedgerVerifier.Verify(disk, network, Options).Problem!.Kind);
        Assert.Equal(LedgerProblemKind.Missing, LedgerVerifier.Verify(new MemoryDisk(), network, Options).Problem!.Kind);
        Assert.Equal(
            LedgerProblemKind.OtherNetwork, LedgerVerifier.Verify(Disk(network), network, Options with { Network = Hash256.Zero }).Problem!.Kind);
    }

    [Fact]
    public void A_damaged_middle_is_named_refetched_and_restored_byte_for_byte()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(200, 20));
        MemoryDisk good = Disk(network);
        string[] files = [.. good.Files.Keys];
        for (int i = 0; i + 1 < files.Length; i++)
        {
            foreach (int at in (int[])[2, 50, good.Files[files[i]].Length / 2, good.Files[files[i]].Length - 1, -1])
            {
                MemoryDisk disk = good.Copy();
                if (at >= 0) disk.Files[files[i]][at] ^= 1;
                else disk.Files.Remove(files[i]);
                Restore(disk, network, good);
            }
        }
    }

    [Fact]
    public void Who_drops_what_is_damaged_keeps_a_good_ledger()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(200, 20));
        MemoryDisk good = Disk(network);
        foreach (string file in good.Files.Keys)
        {
            foreach (int at in (int[])[2, good.Files[file].Length / 2])
            {
                MemoryDisk disk = good.Copy();
                disk.Files[file][at] ^= 1;
                LedgerOpening opening = LedgerOpening.Open(disk, network, Options with { DurableThrough = At(network.Records.Count) });
                Assert.Equal(LedgerProblemKind.Damaged, opening.Problem!.Kind);
                var operations = new List<DiskOperation>();
                opening.CutDamaged(dropLater: true, operations);
                disk.Apply(operations);
                LedgerOpening again = LedgerOpening.Open(disk, network, Options);
                Assert.Null(again.Problem);
                Assert.Equal(new LogIndex(opening.Problem.Index.Value - 1), again.Chunks?.Last ?? LogIndex.Zero);
            }
        }
    }

    [Fact]
    public void An_entry_signed_by_a_stranger_or_under_another_root_is_found()
    {
        using TestNetwork network = Certified();
        using var stranger = new TestNetwork();
        foreach (int number in (int[])[0, 3, network.Records.Count - 1])
        {
            Assert.True(EntryFrame.TryParse(network.Records[number].Frame, out EntryFrame entry));
            var statement = new RootStatement(TestNetwork.Id, entry.Header.Term, entry.Header.Index, entry.Root);
            Assert.Equal(LedgerProblemKind.Signature, ProblemWith(network, number, stranger.Sign(0, statement.LeaderDigest()), entry.Root));
            Assert.Equal(LedgerProblemKind.Signature, ProblemWith(network, number, network.Sign(0, statement.CoSignDigest()), entry.Root));
            Assert.Equal(LedgerProblemKind.Root, ProblemWith(network, number, network.Sign(0, statement.LeaderDigest()), Hash256.Zero));
        }
    }

    [Fact]
    public void A_batch_signed_by_a_stranger_at_the_end_of_a_file_is_found_even_without_checking_every_signature()
    {
        using var network = new TestNetwork();
        network.AppendBatches([100, 100]);
        Assert.True(EntryFrame.TryParse(network.Records[2].Frame, out EntryFrame entry));
        Resign(network, 2, new byte[64], entry.Root);
        Assert.Equal(LedgerProblemKind.Signature, LedgerOpening.Open(Disk(network), network, Options).Problem!.Kind);
    }

    [Fact]
    public void Certificates_that_are_none_are_found()
    {
        foreach (int[] signers in (int[][])[[0], [], [1]])
        {
            using var network = new TestNetwork();
            network.AppendBatches([10]);
            network.AppendCertificate(signers);
            Assert.Equal(LedgerProblemKind.Certificate, LedgerVerifier.Verify(Disk(network), network, Options).Problem!.Kind);
        }
        using var forged = new TestNetwork();
        forged.AppendBatches([10]);
        QuorumCertificate certificate = forged.Certificate(0, 1);
        CoSignature[] swapped = [certificate.Signatures[0] with { Node = TestNetwork.NodeOf(2) }, certificate.Signatures[1]];
        var writer = new ByteWriter();
        new QuorumCertificate(certificate.Term, certificate.Index, certificate.Root, swapped).Write(writer);
        forged.Append(EntryKind.Signatures, writer.Span);
        Assert.Equal(LedgerProblemKind.Certificate, LedgerVerifier.Verify(Disk(forged), forged, Options).Problem!.Kind);
    }

    [Fact]
    public void What_the_host_changes_after_the_check_is_not_read_as_true()
    {
        using var network = new TestNetwork();
        network.AppendBatches(Enumerable.Repeat(100, 100));
        MemoryDisk disk = Disk(network);
        LedgerOpening opening = LedgerOpening.Open(disk, network, Options);
        LedgerReader reader = opening.Reader();
        foreach (byte[] file in disk.Files.Values) file[file.Length / 2] ^= 0x10;
        int refused = 0;
        for (int i = 0; i < network.Records.Count; i++)
        {
            if (reader.TryReadFrame(At(i + 1), out ReadOnlyMemory<byte> frame) is null) Assert.Equal(network.Records[i].Frame.Span, frame.Span);
            else refused++;
        }
        Assert.True(refused >= disk.Files.Count);
    }

    private static TestNetwork Certified()
    {
        var network = new TestNetwork();
        network.AppendBatches([40, 50, 5, 30]);
        network.AppendCertificate(0, 2);
        network.AppendBatches([12, 24]);
        return network;
    }

    private static MemoryDisk Disk(TestNetwork network) => ChunkTests.Written(network.Records, 2, ChunkBytes);

    private static LogIndex At(int index) => new((ulong)index);

    private static LedgerProblemKind? ProblemWith(TestNetwork network, int number, byte[] signature, Hash256 root)
    {
        LedgerRecord before = network.Records[number];
        Resign(network, number, signature, root);
        LedgerProblem? problem = LedgerVerifier.Verify(Disk(network), network, Options).Problem;
        network.Records[number] = before;
        Assert.Equal(At(number + 1), problem?.Index);
        return problem?.Kind;
    }

    private static void Resign(TestNetwork network, int number, byte[] signature, Hash256 root)
    {
        byte[] frame = network.Records[number].Frame.ToArray();
        Span<byte> trailer = frame.AsSpan(frame.Length - EntryFrame.TrailerSize);
        root.CopyTo(trailer);
        signature.CopyTo(trailer[^64..]);
        network.Records[number] = network.Records[number] with { Frame = frame };
    }

    private static void Restore(MemoryDisk disk, TestNetwork network, MemoryDisk good)
    {
        LedgerOpening opening = LedgerOpening.Open(disk, network, Options);
        LedgerProblem problem = opening.Problem!;
        var operations = new List<DiskOperation>();
        opening.CutDamaged(dropLater: false, operations);
        LedgerChunks chunks = opening.Chunks ?? new LedgerChunks(disk, TestNetwork.Id, MerkleFrontier.Empty, Hash256.Zero, ChunkBytes);
        Range range = ((int)problem.Index.Value - 1)..(int)problem.RefetchThrough!.Value.Value;
        new LedgerWriter(chunks).Append(CollectionsMarshal.AsSpan(network.Records)[range], ChunkTests.FullTree(network), operations);
        disk.Apply(operations);
        ChunkTests.AssertSame(good, disk);
    }
}
