using Coco.Consensus.Raft;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

public sealed class RaftMessageCodecTests
{
    private static readonly MessageKind[] Kinds = Enum.GetValues<MessageKind>();

    [Fact]
    public void What_decodes_encodes_to_the_same_bytes_and_the_rest_is_refused()
    {
        Random random = new(20260101);
        ByteWriter writer = new();
        int decoded = 0;
        for (int run = 0; run < 50_000; run++)
        {
            byte[] bytes = RaftMessageCodec.Encode(Any(random), writer);
            Mutate(random, ref bytes);
            if (!RaftMessageCodec.TryDecode(bytes, out RaftMessage message)) continue;
            decoded++;
            Assert.Equal(bytes, RaftMessageCodec.Encode(message, writer));
        }
        Assert.InRange(decoded, 1000, 49_000);
    }

    [Fact]
    public void Every_kind_survives_a_round_trip_and_no_shorter_or_longer_form_does()
    {
        Random random = new(7);
        ByteWriter writer = new();
        foreach (MessageKind kind in Kinds)
        {
            byte[] bytes = RaftMessageCodec.Encode(Any(random) with { Kind = kind }, writer);
            Assert.True(RaftMessageCodec.TryDecode(bytes, out RaftMessage message));
            Assert.Equal(bytes, RaftMessageCodec.Encode(message, writer));
            for (int length = 0; length < bytes.Length; length++) Assert.False(RaftMessageCodec.TryDecode(bytes.AsSpan(0, length), out _));
            Assert.False(RaftMessageCodec.TryDecode([.. bytes, 0], out _));
        }
    }

    [Fact]
    public void Numbers_that_could_overflow_are_refused()
    {
        byte[] bytes = RaftMessageCodec.Encode(new RaftMessage { Kind = MessageKind.TimeoutNow, Term = new Term(ulong.MaxValue) }, new ByteWriter());
        Assert.False(RaftMessageCodec.TryDecode(bytes, out _));
    }

    private static RaftMessage Any(Random random) => new()
    {
        Kind = Kinds[random.Next(Kinds.Length)],
        Term = new Term((ulong)random.NextInt64(1L << 62)),
        Index = new LogIndex((ulong)random.NextInt64(1L << 62)),
        LogTerm = new Term((ulong)random.NextInt64(100)),
        Commit = new LogIndex((ulong)random.NextInt64(100)),
        Hint = new LogIndex((ulong)random.NextInt64(100)),
        Round = (ulong)random.NextInt64(100),
        Flag = random.Next(2) == 1,
    };

    private static void Mutate(Random random, ref byte[] bytes)
    {
        switch (random.Next(4))
        {
            case 0: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes = bytes[..random.Next(bytes.Length)]; break;
            case 2: bytes = [.. bytes, (byte)random.Next(256)]; break;
            default: break;
        }
    }
}
