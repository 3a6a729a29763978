using System.Text;
using Coco.Boundary;
using Coco.Primitives;

namespace Coco.Enclave.Tests.Boundary;

public sealed class MessageCodecTests
{
    private const int Rounds = 200;
    private const int Mutations = 50_000;

    [Fact]
    public void The_samples_hold_every_kind()
    {
        var samples = new MessageSamples(1);
        Assert.Equal(KindsOf<ManagerMessage>(), samples.OfManager().Select(message => message.GetType().Name).Order());
        Assert.Equal(KindsOf<WorkerMessage>(), samples.OfWorker().Select(message => message.GetType().Name).Order());
    }

    [Fact]
    public void A_message_of_the_manager_is_decoded_as_it_was_encoded()
    {
        var samples = new MessageSamples(2);
        for (int round = 0; round < Rounds; round++)
            foreach (ManagerMessage message in samples.OfManager()) AssertSame(message, Encode(message), Decode(Encode(message)), Encode);
    }

    [Fact]
    public void A_message_of_the_worker_is_decoded_as_it_was_encoded()
    {
        var samples = new MessageSamples(3);
        for (int round = 0; round < Rounds; round++)
            foreach (WorkerMessage message in samples.OfWorker())
            {
                Assert.True(WorkerMessageCodec.TryDecode(Encode(message), out WorkerMessage? decoded));
                AssertSame(message, Encode(message), decoded!, Encode);
            }
    }

    [Fact]
    public void Any_bytes_are_refused_or_a_message_of_the_manager()
    {
        var samples = new MessageSamples(4);
        byte[][] valid = [.. samples.OfManager().Select(Encode)];
        int decodedCount = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = samples.Mutate(valid[i % valid.Length]);
            if (!ManagerMessageCodec.TryDecode(bytes, out ManagerMessage? message)) continue;
            decodedCount++;
            AssertSame(message!, Encode(message!), Decode(Encode(message!)), Encode);
        }
        Assert.InRange(decodedCount, 1_000, Mutations - 1_000);
    }

    [Fact]
    public void Any_bytes_are_refused_or_a_message_of_the_worker()
    {
        var samples = new MessageSamples(5);
        byte[][] valid = [.. samples.OfWorker().Select(Encode)];
        int decodedCount = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = samples.Mutate(valid[i % valid.Length]);
            if (!WorkerMessageCodec.TryDecode(bytes, out WorkerMessage? message)) continue;
            decodedCount++;
            Assert.True(WorkerMessageCodec.TryDecode(Encode(message!), out WorkerMessage? again));
            Assert.Equal(Encode(message!), Encode(again!));
        }
        Assert.InRange(decodedCount, 1_000, Mutations - 1_000);
    }

    [Fact]
    public void A_message_that_is_cut_short_or_goes_on_is_refused()
    {
        var samples = new MessageSamples(6);
        foreach (byte[] bytes in samples.OfManager().Select(Encode))
        {
            for (int length = 0; length < bytes.Length; length++) Assert.False(ManagerMessageCodec.TryDecode(bytes.AsMemory(0, length), out _));
            Assert.False(ManagerMessageCodec.TryDecode((byte[])[.. bytes, 0], out _));
        }
        foreach (byte[] bytes in samples.OfWorker().Select(Encode))
        {
            for (int length = 0; length < bytes.Length; length++) Assert.False(WorkerMessageCodec.TryDecode(bytes.AsMemory(0, length), out _));
            Assert.False(WorkerMessageCodec.TryDecode((byte[])[.. bytes, 0], out _));
        }
    }

    [Fact]
    public void A_claimed_count_allocates_nothing_that_is_not_there()
    {
        byte[] frame = [5, 0xff, 0xff, 0xff, 0xff];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(WorkerMessageCodec.TryDecode(frame, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("x€")]
    [InlineData("xx𝄞")]
    public void A_reason_over_the_limit_is_cut_between_characters(string part)
    {
        string reason = string.Concat(Enumerable.Repeat(part, Coco.Boundary.Limits.MaxTextBytes));
        Assert.True(WorkerMessageCodec.TryDecode(Encode(new Failed(reason)), out WorkerMessage? decoded));
        string received = ((Failed)decoded!).Reason;
        Assert.StartsWith(received, reason, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(received), Coco.Boundary.Limits.MaxTextBytes - 3, Coco.Boundary.Limits.MaxTextBytes);
    }

    private static IEnumerable<string> KindsOf<T>() =>
        typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract).Select(type => type.Name).Order();

    /// <summary>Records compare memories by address: their text compares numbers and names, their encoding the bytes.</summary>
    private static void AssertSame<T>(T expected, byte[] encoded, T decoded, Func<T, byte[]> encode) where T : notnull
    {
        Assert.Equal(expected.GetType(), decoded.GetType());
        Assert.Equal(WithoutTypes(expected), WithoutTypes(decoded));
        Assert.Equal(encoded, encode(decoded));
    }

    /// <summary>A list may be of another type once decoded.</summary>
    private static string WithoutTypes<T>(T message) where T : notnull =>
        message.ToString()!.Replace("System.Collections.Generic.List`1[System.ReadOnlyMemory`1[System.Byte]]", "System.ReadOnlyMemory`1[System.Byte][]", StringComparison.Ordinal);

    private static ManagerMessage Decode(byte[] bytes)
    {
        Assert.True(ManagerMessageCodec.TryDecode(bytes, out ManagerMessage? message));
        return message!;
    }

    private static byte[] Encode(ManagerMessage message)
    {
        var writer = new ByteWriter();
        ManagerMessageCodec.Encode(message, writer);
        return writer.ToArray();
    }

    private static byte[] Encode(WorkerMessage message)
    {
        var writer = new ByteWriter();
        WorkerMessageCodec.Encode(message, writer);
        return writer.ToArray();
    }
}
