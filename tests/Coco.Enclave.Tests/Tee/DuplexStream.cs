using System.IO.Pipelines;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Two ends of a link in memory.</summary>
internal sealed class DuplexStream(Stream incoming, Stream outgoing) : Stream
{
    public static (DuplexStream One, DuplexStream Other) NewPair()
    {
        var there = new Pipe();
        var back = new Pipe();
        return (new DuplexStream(back.Reader.AsStream(), there.Writer.AsStream()), new DuplexStream(there.Reader.AsStream(), back.Writer.AsStream()));
    }

    /// <summary>What was written here, for tests that record a link.</summary>
    public List<byte[]> Written { get; } = [];

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => incoming.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count)
    {
        Written.Add(buffer.AsSpan(offset, count).ToArray());
        outgoing.Write(buffer, offset, count);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        incoming.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Written.Add(buffer.ToArray());
        return outgoing.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => outgoing.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => outgoing.FlushAsync(cancellationToken);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            outgoing.Dispose();
            incoming.Dispose();
        }
        base.Dispose(disposing);
    }
}
