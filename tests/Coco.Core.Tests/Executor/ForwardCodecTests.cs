using System.Text;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;

namespace Coco.Core.Tests.Executor;

/// <summary>What executors say to each other, as bytes.</summary>
public sealed class ForwardCodecTests : IDisposable
{
    private const int Mutations = 50_000;

    private readonly Random _random = new(17);
    private readonly KeyValueLedger _ledger = new(new SortedDictionary<string, string>(StringComparer.Ordinal));

    public void Dispose() => ((ILedger)_ledger).Dispose();

    [Fact]
    public void Messages_and_answers_are_decoded_as_they_were_encoded()
    {
        for (int round = 0; round < 200; round++)
        {
            ForwardEffect message = Message();
            ForwardedInput forwarded = ForwardCodec.Decode(new NodeId(3), ForwardCodec.Encode(message), _ledger)!;
            Assert.Equal(new NodeId(3), forwarded.From);
            Assert.Equal(message.Transactions.Select(one => one.Id), forwarded.Transactions.Select(one => one.Id));
            Assert.Equal(message.Transactions.Select(one => one.Request.ToArray()), forwarded.Transactions.Select(one => one.Request.ToArray()));
            Assert.Equal(message.Asked, forwarded.Asked);
            AnswerForwardEffect answer = Answer();
            ForwardAnsweredInput answered = ForwardCodec.DecodeAnswer(ForwardCodec.Encode(answer))!;
            Assert.Equal(answer.Wanted, answered.Wanted);
            Assert.Equal(answer.Refused, answered.Refused);
        }
    }

    [Fact]
    public void What_is_cut_short_or_goes_on_is_refused()
    {
        byte[] message = ForwardCodec.Encode(Message()).ToArray(), answer = ForwardCodec.Encode(Answer()).ToArray();
        for (int length = 0; length < message.Length; length++) Assert.Null(ForwardCodec.Decode(default, message.AsMemory(0, length), _ledger));
        for (int length = 0; length < answer.Length; length++) Assert.Null(ForwardCodec.DecodeAnswer(answer.AsMemory(0, length)));
        Assert.Null(ForwardCodec.Decode(default, (byte[])[.. message, 0], _ledger));
        Assert.Null(ForwardCodec.DecodeAnswer((byte[])[.. answer, 0]));
    }

    [Fact]
    public void Any_bytes_are_refused_or_decoded()
    {
        byte[] message = ForwardCodec.Encode(Message()).ToArray(), answer = ForwardCodec.Encode(Answer()).ToArray();
        int decoded = 0;
        for (int i = 0; i < Mutations; i++)
        {
            if (ForwardCodec.Decode(default, Mutate(message), _ledger) is not null) decoded++;
            if (ForwardCodec.DecodeAnswer(Mutate(answer)) is not null) decoded++;
        }
        Assert.InRange(decoded, 1_000, (2 * Mutations) - 1_000);
    }

    [Fact]
    public void A_claimed_count_allocates_nothing_that_is_not_there()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0xff, 100)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(ForwardCodec.Decode(default, bytes, _ledger));
        Assert.Null(ForwardCodec.DecodeAnswer(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }

    [Fact]
    public void A_reason_over_the_limit_is_cut_and_arrives()
    {
        string reason = string.Concat(Enumerable.Repeat("x\u20ac", 1_000));
        var answer = new AnswerForwardEffect(default, [], [(Hash(), new Refusal(503, reason))]);
        string received = Assert.Single(ForwardCodec.DecodeAnswer(ForwardCodec.Encode(answer))!.Refused).Refusal.Message;
        Assert.StartsWith(received, reason, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(received), 397, 400);
    }

    private ForwardEffect Message() => new(
        [.. Enumerable.Range(1, 1 + _random.Next(4)).Select(_ => Transaction())], [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Hash())]);

    private AnswerForwardEffect Answer() => new(
        new NodeId(2), [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Hash())],
        [.. Enumerable.Range(1, 1 + _random.Next(4)).Select(i => (Hash(), new Refusal(-i, $"reason {_random.Next()}")))]);

    private KeyValueTransaction Transaction()
    {
        var writer = new ByteWriter();
        byte[] id = new byte[16], value = new byte[_random.Next(100)];
        _random.NextBytes(id);
        _random.NextBytes(value);
        KeyValueTransaction.EncodeRequest(writer, KeyValueOperation.Put, 600_000, id, "key"u8, null, value);
        Assert.True(KeyValueTransaction.TryDecode(writer.ToArray(), out KeyValueTransaction? transaction));
        return transaction!;
    }

    private Hash256 Hash()
    {
        byte[] bytes = new byte[Hash256.Size];
        _random.NextBytes(bytes);
        return new Hash256(bytes);
    }

    /// <summary>A few bytes changed, cut off or appended.</summary>
    private byte[] Mutate(byte[] valid)
    {
        byte[] bytes = [.. valid];
        for (int i = _random.Next(3); i >= 0; i--) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return _random.Next(10) switch
        {
            0 => bytes[.._random.Next(bytes.Length)],
            1 => [.. bytes, 0, 0, 0, 0],
            _ => bytes,
        };
    }
}
