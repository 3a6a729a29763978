using System.Buffers.Binary;
using Coco.Primitives;

namespace Coco.Boundary;

/// <summary>
/// Frames over a byte stream (a Unix domain socket; attested TLS where the host carries the bytes). One reader and one writer
/// at a time; the owner queues. A frame that breaks a limit ends the stream with <see cref="InvalidDataException"/>.
/// </summary>
public sealed class BoundaryStream(Stream stream) : IDisposable
{
    private const int LengthSize = sizeof(uint);

    /// <summary>Read at once: after each such part of a long frame the other side counts as heard.</summary>
    private const int PartBytes = 1 << 20;

    private readonly byte[] _length = new byte[LengthSize];

    private long _heardAt = Environment.TickCount64;

    /// <summary>How long nothing has come, not even a part of a long frame, in milliseconds. From any thread.</summary>
    public long SilentMs => Environment.TickCount64 - Interlocked.Read(ref _heardAt);

    /// <summary>The next frame in a buffer of its own, since messages point into it; null when the other side has closed.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        int read = await stream.ReadAtLeastAsync(_length, LengthSize, throwOnEndOfStream: false, cancellation);
        if (read == 0) return null;
        if (read < LengthSize) throw new InvalidDataException("The boundary stream ended inside a frame.");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_length);
        if (length > Limits.MaxFrameBytes) throw new InvalidDataException($"A boundary frame of {length} bytes is over the limit.");
        byte[] frame = GC.AllocateUninitializedArray<byte>((int)length);
        for (int at = 0; at < frame.Length; at += PartBytes)
        {
            Interlocked.Exchange(ref _heardAt, Environment.TickCount64);
            await stream.ReadExactlyAsync(frame.AsMemory(at, Math.Min(PartBytes, frame.Length - at)), cancellation);
        }
        Interlocked.Exchange(ref _heardAt, Environment.TickCount64);
        return frame;
    }

    /// <summary>Starts a frame in <paramref name="writer"/>; several may be gathered before one write.</summary>
    public static int Begin(ByteWriter writer)
    {
        int start = writer.Length;
        writer.WriteUInt32(0);
        return start;
    }

    public static void End(ByteWriter writer, int start) =>
        BinaryPrimitives.WriteUInt32LittleEndian(writer.Written[start..], (uint)(writer.Length - start - LengthSize));

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation) =>
        stream.WriteAsync(frames, cancellation);

    public void Dispose() => stream.Dispose();
}
