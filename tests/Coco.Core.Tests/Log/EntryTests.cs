using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

public sealed class EntryTests
{
    [Fact]
    public void An_entry_comes_back_as_it_was_made()
    {
        using var network = new TestNetwork();
        network.Append(EntryKind.Genesis, "constitution"u8);
        LedgerRecord record = network.Append(EntryKind.Batch, "in clear"u8, "hidden"u8);
        Assert.True(EntryFrame.TryParse(record.Frame, out EntryFrame frame));
        Assert.Equal(EntryKind.Batch, frame.Header.Kind);
        Assert.Equal(new LogIndex(2), frame.Header.Index);
        Assert.Equal(new Term(1), frame.Header.Term);
        Assert.Equal(TestNetwork.Salt, frame.Header.Salt);
        Assert.Equal(network.Records[0].Leaf, frame.Header.Previous);
        Assert.Equal("in clear"u8, frame.PublicPart.Span);
        Assert.Equal(record.Leaf, frame.LeafDigest());
        Assert.Equal(network.Tree.Root, frame.Root);
        Assert.Equal(TestNetwork.NodeOf(0), frame.Signer);
        Assert.True(frame.IsSignedBy(TestNetwork.Id, network.KeyOf(frame.Signer)!.Value.Span, P256Verifier.Instance));
        byte[] clear = new byte[frame.PlaintextLength];
        Assert.True(network.Cipher.TryOpen(in frame, clear));
        Assert.Equal("hidden"u8, clear);
    }

    [Fact]
    public void An_entry_without_a_private_part_needs_no_cipher()
    {
        var place = new EntryHeader(EntryKind.Election, new Term(3), new LogIndex(1), GovernanceVersion.Zero, TestNetwork.Salt, Hash256.Zero);
        UnsignedEntry unsigned = EntryBuilder.Begin(in place, []);
        byte[] bytes = unsigned.Complete(Hash256.Zero, TestNetwork.NodeOf(0), new byte[P256.SignatureSize]);
        Assert.Equal(EntryHeader.Size + EntryFrame.TrailerSize, bytes.Length);
        Assert.True(EntryFrame.TryParse(bytes, out EntryFrame frame));
        Assert.Equal(0, frame.PlaintextLength);
        Assert.Equal(unsigned.LeafDigest, frame.LeafDigest());
    }

    [Fact]
    public void Every_flipped_bit_of_a_frame_is_found()
    {
        using var network = new TestNetwork();
        LedgerRecord record = network.Append(EntryKind.Batch, "in clear"u8, "hidden"u8);
        Hash256 root = network.Tree.Root;
        ReadOnlyMemory<byte> key = network.KeyOf(TestNetwork.NodeOf(0))!.Value;
        for (int bit = 0; bit < record.Frame.Length * 8; bit++)
        {
            byte[] bytes = record.Frame.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            bool holds = EntryFrame.TryParse(bytes, out EntryFrame frame) && frame.LeafDigest() == record.Leaf && frame.Root == root
                && frame.Signer == TestNetwork.NodeOf(0) && frame.IsSignedBy(TestNetwork.Id, key.Span, P256Verifier.Instance);
            Assert.False(holds, $"bit {bit}");
        }
    }

    [Fact]
    public void The_private_part_opens_only_with_its_own_header_public_part_and_key()
    {
        using var network = new TestNetwork();
        LedgerRecord record = network.Append(EntryKind.Batch, "in clear"u8, "hidden"u8);
        byte[] clear = new byte[6];
        int covered = record.Frame.Length - EntryFrame.TrailerSize;
        for (int bit = 0; bit < covered * 8; bit++)
        {
            byte[] bytes = record.Frame.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (EntryFrame.TryParse(bytes, out EntryFrame frame)) Assert.False(network.Cipher.TryOpen(in frame, clear), $"bit {bit}");
        }
        using var otherKey = new SecretKey(new byte[SecretKey.Size]);
        using var otherCipher = new EntryCipher(otherKey);
        Assert.True(EntryFrame.TryParse(record.Frame, out EntryFrame whole));
        Assert.False(otherCipher.TryOpen(in whole, clear));
    }

    [Fact]
    public void Truncated_and_lengthened_frames_are_refused()
    {
        using var network = new TestNetwork();
        LedgerRecord record = network.Append(EntryKind.Batch, "in clear"u8, "hidden"u8);
        for (int length = 0; length < record.Frame.Length; length++) Assert.False(EntryFrame.TryParse(record.Frame[..length], out _));
        Assert.False(EntryFrame.TryParse(record.Frame.ToArray().Append((byte)0).ToArray(), out _));
    }

    [Fact]
    public void Random_bytes_behind_a_true_magic_never_throw()
    {
        var random = new Random(71);
        byte[] start = new byte[EntryHeader.Size];
        new EntryHeader(EntryKind.Batch, new Term(1), new LogIndex(1), GovernanceVersion.Zero, TestNetwork.Salt, Hash256.Zero).Write(start);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            start.AsSpan(0, Math.Min(random.Next(EntryHeader.Size + 1), bytes.Length)).CopyTo(bytes);
            if (EntryFrame.TryParse(bytes, out EntryFrame frame)) _ = frame.LeafDigest();
        }
    }

    [Fact]
    public void A_cipher_reports_each_pair_of_key_and_nonce()
    {
        var seen = new Dictionary<(Hash256, ulong), Hash256>();
        int reused = 0;
        using var key = new SecretKey(new byte[SecretKey.Size]);
        using var cipher = new EntryCipher(key, (id, nonce, plaintext) =>
        {
            if (!seen.TryAdd((id, nonce), plaintext) && seen[(id, nonce)] != plaintext) reused++;
        });
        EntryHeader place = new(EntryKind.Batch, new Term(1), new LogIndex(7), GovernanceVersion.Zero, TestNetwork.Salt, Hash256.Zero);
        EntryBuilder.Begin(in place, [], "one"u8, cipher);
        EntryBuilder.Begin(place with { Term = new Term(2) }, [], "two"u8, cipher);
        EntryBuilder.Begin(place with { Salt = new EntrySalt(1, 2) }, [], "three"u8, cipher);
        EntryBuilder.Begin(place with { Index = new LogIndex(8) }, [], "four"u8, cipher);
        Assert.Equal(4, seen.Count);
        Assert.Equal(0, reused);
        EntryBuilder.Begin(in place, [], "five"u8, cipher);
        Assert.Equal(1, reused);
    }

    [Fact]
    public void Making_and_checking_an_entry_allocates_its_frame_and_no_more()
    {
        using var network = new TestNetwork();
        byte[] hidden = new byte[60_000];
        var place = new EntryHeader(EntryKind.Batch, new Term(1), new LogIndex(1), GovernanceVersion.Zero, TestNetwork.Salt, Hash256.Zero);
        byte[] frame = EntryBuilder.Begin(in place, hidden.AsSpan(0, 44), hidden, network.Cipher).Complete(Hash256.Zero, NodeId.None, new byte[64]);
        byte[] signature = new byte[64];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            EntryBuilder.Begin(in place, hidden.AsSpan(0, 44), hidden, network.Cipher).Complete(Hash256.Zero, NodeId.None, signature);
        long making = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(making, 10 * frame.Length, 10 * (frame.Length + 64));
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            Assert.True(EntryFrame.TryParse(frame, out EntryFrame entry));
            entry.LeafDigest();
            network.Cipher.TryOpen(in entry, hidden);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 640);
    }

    [Fact]
    public void A_cipher_reads_entries_of_more_starts_and_terms_than_it_keeps_keys_for()
    {
        using var key = new SecretKey(new byte[SecretKey.Size]);
        using var cipher = new EntryCipher(key);
        var frames = new List<byte[]>();
        for (ulong i = 1; i <= 3 * Limits.MaxCachedKeys; i++)
        {
            var place = new EntryHeader(EntryKind.Batch, new Term(i), new LogIndex(i), GovernanceVersion.Zero, new EntrySalt(i, 0), Hash256.Zero);
            frames.Add(EntryBuilder.Begin(in place, [], [(byte)i], cipher).Complete(Hash256.Zero, NodeId.None, new byte[P256.SignatureSize]));
        }
        byte[] clear = new byte[1];
        for (int i = 0; i < frames.Count; i++)
        {
            Assert.True(EntryFrame.TryParse(frames[i], out EntryFrame frame) && cipher.TryOpen(in frame, clear));
            Assert.Equal(i + 1, clear[0]);
        }
    }
}
