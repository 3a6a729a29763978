using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

public sealed class SnapshotTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(Limits.SnapshotBlock)]
    [InlineData(Limits.SnapshotBlock + 1)]
    [InlineData((2 * Limits.SnapshotBlock) + 77)]
    public void A_snapshot_comes_back_as_it_was_written(int length)
    {
        using var network = new TestNetwork();
        byte[] state = State(length);
        byte[] file = Write(network, state, TestNetwork.Salt, out Hash256 digest);
        using var reader = new SnapshotReader();
        Assert.Equal(state, Read(reader, file, network.SessionKey));
        Assert.True(reader.IsComplete);
        Assert.Equal(digest, reader.Digest);
        Assert.Equal(new LogIndex(5), reader.Header!.Index);
        Assert.Equal(new Term(3), reader.Header.Term);
        Assert.Equal(new BatchNumber(4), reader.Header.Batch);
        Assert.Equal(network.Tree.FrontierAt(new LogIndex(5)), reader.Header.Frontier);
        Assert.Equal("who takes part"u8, reader.Header.Configuration.Span);
        Assert.Equal("the constitution"u8, reader.Header.Governance.Span);
    }

    [Fact]
    public void The_digest_is_the_same_on_every_node_and_no_byte_of_the_files_tells()
    {
        using var network = new TestNetwork();
        byte[] state = State(5000);
        byte[] one = Write(network, state, TestNetwork.Salt, out Hash256 first);
        using var again = new TestNetwork();
        byte[] two = Write(again, state, new EntrySalt(1, 2), out Hash256 second, pieces: 3);
        Assert.Equal(first, second);
        Assert.False(one.AsSpan(one.Length - 4000, 3900).SequenceEqual(two.AsSpan(two.Length - 4000, 3900)));
        Write(again, State(5001), TestNetwork.Salt, out Hash256 third);
        Assert.NotEqual(first, third);
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_refused()
    {
        using var network = new TestNetwork();
        byte[] file = Write(network, State(300), TestNetwork.Salt, out _);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            using var reader = new SnapshotReader();
            Read(reader, file, network.SessionKey);
            Assert.False(reader.IsComplete, $"bit {bit}");
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        for (int length = 0; length < file.Length; length++)
        {
            using var reader = new SnapshotReader();
            Read(reader, file.AsSpan(0, length), network.SessionKey);
            Assert.False(reader.IsComplete, $"{length} bytes");
        }
        using var otherKey = new SecretKey(new byte[SecretKey.Size]);
        using var locked = new SnapshotReader();
        Read(locked, file, otherKey);
        Assert.False(locked.IsComplete);
    }

    [Fact]
    public void Blocks_cannot_be_left_out_swapped_or_taken_from_another_snapshot()
    {
        using var network = new TestNetwork();
        byte[] file = Write(network, State((3 * Limits.SnapshotBlock) + 10), TestNetwork.Salt, out _);
        byte[] other = Write(network, State((3 * Limits.SnapshotBlock) + 10), new EntrySalt(3, 4), out _);
        const int block = sizeof(uint) + Limits.SnapshotBlock + Aead.TagSize;
        int start = file.Length - Hash256.Size - (sizeof(uint) + 10 + Aead.TagSize) - (3 * block);
        byte[][] bad =
        [
            [.. file.AsSpan(0, start + block), .. file.AsSpan(start + (2 * block))],
            [.. file.AsSpan(0, start), .. file.AsSpan(start + block, block), .. file.AsSpan(start, block), .. file.AsSpan(start + (2 * block))],
            [.. file.AsSpan(0, start), .. other.AsSpan(start, block), .. file.AsSpan(start + block)],
        ];
        foreach (byte[] bytes in bad)
        {
            using var reader = new SnapshotReader();
            Read(reader, bytes, network.SessionKey);
            Assert.False(reader.IsComplete);
        }
    }

    [Fact]
    public void Each_block_has_a_nonce_of_its_own_and_another_start_another_key()
    {
        using var network = new TestNetwork();
        var seen = new HashSet<(Hash256, ulong)>();
        void Record(Hash256 key, ulong nonce, Hash256 plaintext) => Assert.True(seen.Add((key, nonce)));
        Write(network, State((2 * Limits.SnapshotBlock) + 1), TestNetwork.Salt, out _, recorder: Record);
        Assert.Equal(3, seen.Count);
        using var again = new TestNetwork();
        Write(again, State(5), new EntrySalt(7, 7), out _, recorder: Record);
        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void A_snapshot_claim_survives_its_encoding()
    {
        var writer = new ByteWriter();
        var claim = new SnapshotClaim(new LogIndex(9), MerkleHash.Empty);
        claim.Write(writer);
        Assert.True(SnapshotClaim.TryRead(writer.Span, out SnapshotClaim read));
        Assert.Equal(claim, read);
        Assert.False(SnapshotClaim.TryRead(writer.Span[1..], out _));
    }

    [Theory]
    [InlineData(10)]
    [InlineData((2 * Limits.SnapshotBlock) + 5)]
    public void A_look_at_start_and_end_gives_the_digest_of_the_whole(int length)
    {
        using var network = new TestNetwork();
        var disk = new MemoryDisk();
        disk.Files["snapshot"] = Write(network, State(length), TestNetwork.Salt, out Hash256 digest);
        SnapshotFacts? facts = SnapshotFile.TryOpen(disk, "snapshot", network.SessionKey);
        Assert.Equal(digest, facts!.Digest);
        Assert.Equal(disk.Files["snapshot"].Length, facts.Length);
        Assert.Equal(digest, SnapshotFile.TryCheck(disk, "snapshot", network.SessionKey)!.Digest);
    }

    [Fact]
    public void A_changed_file_gives_another_digest_or_none_and_never_its_last_block()
    {
        using var network = new TestNetwork();
        var disk = new MemoryDisk();
        byte[] file = Write(network, State(200), TestNetwork.Salt, out Hash256 digest);
        disk.Files["snapshot"] = file;
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(digest, SnapshotFile.TryOpen(disk, "snapshot", network.SessionKey)?.Digest);
            Assert.Null(SnapshotFile.TryCheck(disk, "snapshot", network.SessionKey));
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_proof_shows_the_claim_that_a_quorum_has_signed_and_no_other()
    {
        using var network = new TestNetwork();
        network.AppendBatches([10, 20, 30]);
        var claim = new ByteWriter();
        new SnapshotClaim(new LogIndex(2), MerkleHash.Empty).Write(claim);
        LedgerRecord record = network.Append(EntryKind.SnapshotDigest, claim.Span);
        network.AppendBatches([5]);
        QuorumCertificate certificate = network.Certificate(0, 1);
        Assert.True(EntryFrame.TryParse(record.Frame, out EntryFrame entry));
        SnapshotProof proof = SnapshotProof.TryMake(in entry, network.Tree, certificate)!;
        byte[] bytes = proof.Encode();
        Assert.True(SnapshotProof.TryDecode(bytes, out SnapshotProof? read));
        Assert.Equal(new SnapshotClaim(new LogIndex(2), MerkleHash.Empty), Verify(network, read!));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            bool isClaim = SnapshotProof.TryDecode(bytes, out SnapshotProof? changed) && Verify(network, changed!) is { } other
                && other != new SnapshotClaim(new LogIndex(2), MerkleHash.Empty);
            Assert.False(isClaim, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.Null(proof.Verify(TestNetwork.Id, network.KeyOf, nodes => nodes.Count > 2, P256Verifier.Instance));
        Assert.Null(proof.Verify(TestNetwork.Id, _ => null, nodes => nodes.Count >= 2, P256Verifier.Instance));
    }

    private static SnapshotClaim? Verify(TestNetwork network, SnapshotProof proof) =>
        proof.Verify(TestNetwork.Id, network.KeyOf, nodes => nodes.Count >= 2, P256Verifier.Instance);

    private static byte[] State(int length)
    {
        byte[] state = new byte[length];
        new Random(9).NextBytes(state);
        return state;
    }

    private static byte[] Write(
        TestNetwork network, byte[] state, EntrySalt salt, out Hash256 digest, int pieces = 1, NonceRecorder? recorder = null)
    {
        var tree = new MerkleLedger();
        for (int i = 0; i < 5; i++) tree.Append(Sha256.Hash([(byte)i]));
        if (network.Tree.Last.Value == 0)
            for (int i = 0; i < 5; i++) network.Tree.Append(Sha256.Hash([(byte)i]));
        var header = new SnapshotHeader
        {
            Network = TestNetwork.Id,
            Index = new LogIndex(5),
            Term = new Term(3),
            Leaf = Sha256.Hash([4]),
            Batch = new BatchNumber(4),
            GovernanceVersion = new GovernanceVersion(2),
            Frontier = tree.FrontierAt(tree.Last),
            Configuration = "who takes part"u8.ToArray(),
            Governance = "the constitution"u8.ToArray(),
        };
        var file = new ByteWriter();
        using var writer = new SnapshotWriter(header, salt, network.SessionKey, file, recorder);
        int size = (state.Length / pieces) + 1;
        for (int at = 0; at < state.Length; at += size) writer.Write(state.AsSpan(at, Math.Min(size, state.Length - at)), file);
        digest = writer.Finish(file);
        return file.ToArray();
    }

    /// <summary>Feeds a file until its end or a refusal; complete only where nothing is left over.</summary>
    private static byte[] Read(SnapshotReader reader, ReadOnlySpan<byte> file, SecretKey sessionKey)
    {
        var state = new MemoryStream();
        while (reader.NextLength > 0 && reader.NextLength <= file.Length)
        {
            bool wasHeader = reader.Header is null;
            int length = reader.NextLength;
            if (!reader.TryTake(file[..length], out ReadOnlySpan<byte> clear)) break;
            if (wasHeader && reader.Header is not null) reader.Unlock(sessionKey);
            state.Write(clear);
            file = file[length..];
        }
        return state.ToArray();
    }
}
