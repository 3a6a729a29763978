using System.Buffers.Binary;
using Coco.Boundary;
using Coco.Enclave.Tests.Tee;
using Coco.Primitives;

namespace Coco.Enclave.Tests.Boundary;

public sealed class BoundaryStreamTests
{
    [Fact]
    public async Task Frames_arrive_whole_and_in_order_however_the_stream_cuts_them()
    {
        (DuplexStream here, DuplexStream there) = DuplexStream.NewPair();
        using var reader = new BoundaryStream(there);
        var samples = new MessageSamples(7);
        List<byte[]> sent = [.. Enumerable.Range(0, 300).Select(_ => samples.Bytes())];
        Task writing = WriteInPiecesAsync(here, Framed(sent), new Random(8));
        foreach (byte[] expected in sent) Assert.Equal(expected, (await reader.ReadAsync(CancellationToken.None))!.Value.ToArray());
        await writing;
        Assert.Null(await reader.ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task A_stream_that_ends_inside_a_frame_is_an_error(int length)
    {
        byte[] framed = Framed([[1, 2, 3, 4, 5, 6]]);
        using var reader = new BoundaryStream(new MemoryStream(framed[..length]));
        await Assert.ThrowsAnyAsync<Exception>(async () => await reader.ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData((uint)Coco.Boundary.Limits.MaxFrameBytes + 1)]
    [InlineData(uint.MaxValue)]
    public async Task A_frame_over_the_limit_is_refused_before_memory_is_taken(uint length)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        using var reader = new BoundaryStream(new MemoryStream(bytes));
        long before = GC.GetTotalAllocatedBytes();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadAsync(CancellationToken.None));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 8 << 20);
    }

    private static byte[] Framed(List<byte[]> frames)
    {
        var writer = new ByteWriter();
        foreach (byte[] frame in frames)
        {
            int start = BoundaryStream.Begin(writer);
            writer.WriteFixed(frame);
            BoundaryStream.End(writer, start);
        }
        return writer.ToArray();
    }

    private static async Task WriteInPiecesAsync(DuplexStream stream, byte[] bytes, Random random)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(1, 40), bytes.Length - at);
            await stream.WriteAsync(bytes.AsMemory(at, length));
            await stream.FlushAsync();
            at += length;
        }
        stream.Dispose();
    }
}
