using System.Text;
using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Limits = Coco.Replica.Limits;

namespace Coco.Core.Tests.Replica;

public sealed class PeerMessageCodecTests
{
    private const int Mutations = 50_000;

    private readonly Random _random = new(11);

    [Fact]
    public void The_samples_hold_every_kind() => Assert.Equal(
        typeof(PeerMessage).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(PeerMessage))).Select(type => type.Name).Order(),
        Samples().Select(message => message.GetType().Name).Order());

    [Fact]
    public void A_message_is_decoded_as_it_was_encoded()
    {
        for (int round = 0; round < 200; round++)
            foreach (PeerMessage message in Samples()) AssertSame(message, Decode(Encode(message)));
    }

    [Fact]
    public void Any_bytes_are_refused_or_a_message()
    {
        byte[][] valid = [.. Samples().Select(Encode)];
        int decodedCount = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = Mutate(valid[i % valid.Length]);
            if (!PeerMessageCodec.TryDecode(bytes, out PeerMessage? message)) continue;
            decodedCount++;
            AssertSame(message!, Decode(Encode(message!)));
        }
        Assert.InRange(decodedCount, 1_000, Mutations - 1_000);
    }

    [Fact]
    public void A_message_that_is_cut_short_or_goes_on_is_refused()
    {
        foreach (byte[] bytes in Samples().Select(Encode))
        {
            for (int length = 0; length < bytes.Length; length++) Assert.False(PeerMessageCodec.TryDecode(bytes.AsMemory(0, length), out _));
            Assert.False(PeerMessageCodec.TryDecode((byte[])[.. bytes, 0], out _));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    public void A_claimed_count_allocates_nothing_that_is_not_there(byte kind)
    {
        byte[] message = [kind, .. Enumerable.Repeat((byte)0xff, 100)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(PeerMessageCodec.TryDecode(message, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }

    [Fact]
    public void A_reason_over_the_limit_is_cut_and_arrives()
    {
        string reason = string.Concat(Enumerable.Repeat("x\u20ac", Limits.MaxTextBytes));
        var received = (JoinRefused)Decode(Encode(new JoinRefused(1, reason, "", "", false)));
        Assert.StartsWith(received.Reason, reason, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(received.Reason), Limits.MaxTextBytes - 3, Limits.MaxTextBytes);
    }

    private Contact[] Contacts() =>
        [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new Contact(new NodeId(Number()), Text(), Text(), Bytes()))];

    private PeerMessage[] Samples() =>
    [
        new ConsensusPeerMessage(new NodeId(Number()), Bytes(), List()),
        new CoSignRequest(new LogPosition(new LogIndex(Number()), new Term(Number()))),
        new CoSignAnswer(new LogIndex(Number()), Bytes()),
        new TransactionsMessage(Bytes()),
        new TransactionsAnswer(Bytes()),
        new ReadIndexAsk(Number()),
        new ReadIndexGive(Number(), _random.Next(2) == 0 ? null : new LogIndex((ulong)_random.NextInt64())),
        new Probe(Number(), new NodeId(Number()), new Term(Number()), new LogIndex(Number()), new Term(Number())),
        new ProbeAnswer(
            Number(), (ProbeState)_random.Next(3), new NodeId(Number()), new Term(Number()), new LogPosition(new LogIndex(Number()), new Term(Number())),
            _random.Next(2) == 0 ? null : new Membership([new NodeId(Number() | 1), new NodeId(Number() | 1)], [new NodeId(Number() | 1)], []), Contacts(), Text()),
        new JoinRequest(Number(), Bytes(), Bytes()),
        new EvidenceAsk(new NodeId(Number()), Hash(), true, new LogIndex(Number())),
        new EvidenceGive(Number(), Hash(), Bytes()),
        new EvidenceWanted(Number(), true),
        StillHere.Instance,
        new JoinAccepted(
            Number(), new NodeId(Number()), Hash(), Hash(), new LogPosition(new LogIndex(Number()), new Term(Number())),
            Contacts(), Bytes()),
        new JoinRefused(Number(), Text(), Text(), Text(), true),
        new SnapshotReport(new SnapshotClaim(new LogIndex(Number()), Hash())),
        new SnapshotOffer(new LogIndex(Number()), Number(), Bytes()),
        new SnapshotSettled(new LogIndex(Number()), _random.Next(2) == 0),
        new FileAsk(SharedFile.Snapshot, new LogIndex(Number()), Number()),
        new FilePiece(SharedFile.Chunk, new LogIndex(Number()), Number(), Number(), Bytes()),
    ];

    /// <summary>Records compare memories by address: their text compares numbers and names, their encoding the bytes.</summary>
    private static void AssertSame(PeerMessage expected, PeerMessage decoded)
    {
        Assert.Equal(expected.GetType(), decoded.GetType());
        if (expected is JoinAccepted accepted) Assert.Equal(accepted.Contacts.Select(Text), ((JoinAccepted)decoded).Contacts.Select(Text));
        else if (expected is ProbeAnswer answer) Assert.Equal(answer.Contacts.Select(Text), ((ProbeAnswer)decoded).Contacts.Select(Text));
        else if (expected is not ConsensusPeerMessage) Assert.Equal(expected.ToString(), decoded.ToString());
        Assert.Equal(Encode(expected), Encode(decoded));
    }

    private static string Text(Contact contact) => contact.ToString();

    private static PeerMessage Decode(byte[] bytes)
    {
        Assert.True(PeerMessageCodec.TryDecode(bytes, out PeerMessage? message));
        return message!;
    }

    private static byte[] Encode(PeerMessage message)
    {
        var writer = new ByteWriter();
        PeerMessageCodec.Encode(message, writer);
        return writer.ToArray();
    }

    private byte[] Mutate(ReadOnlySpan<byte> valid)
    {
        var bytes = new List<byte>(valid.ToArray());
        for (int changes = _random.Next(1, 4); changes > 0; changes--)
        {
            int at = _random.Next(bytes.Count + 1);
            switch (_random.Next(4))
            {
                case 0 when at < bytes.Count: bytes[at] = (byte)_random.Next(256); break;
                case 1: bytes.RemoveRange(at, bytes.Count - at); break;
                case 2: bytes.InsertRange(at, bytes.Take(_random.Next(8)).ToArray()); break;
                case 3 when at < bytes.Count: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            }
        }
        return [.. bytes];
    }

    private ulong Number() => _random.Next(3) switch { 0 => (ulong)_random.Next(300), 1 => ulong.MaxValue, _ => (ulong)_random.NextInt64() };

    private List<ReadOnlyMemory<byte>> List() => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => (ReadOnlyMemory<byte>)Bytes())];

    private byte[] Bytes()
    {
        byte[] bytes = new byte[_random.Next(4) == 0 ? 0 : _random.Next(1, 64)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(12)).Select(_ => new Rune(_random.Next(' ', 0x7f))));

    private Hash256 Hash()
    {
        byte[] bytes = new byte[Hash256.Size];
        _random.NextBytes(bytes);
        return new Hash256(bytes);
    }
}
