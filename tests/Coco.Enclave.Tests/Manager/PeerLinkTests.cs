using Coco.Manager.Peers;
using Coco.Replica;

namespace Coco.Enclave.Tests.Manager;

public sealed class PeerLinkTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Else it would never be made again: the stream of a link that this side opened does not own its socket, and closing it ends no read.</summary>
    [Fact]
    public async Task A_link_that_can_not_be_written_to_ends_though_nothing_comes_on_it()
    {
        using var link = new PeerLink(new BrokenPipe(), null!, CancellationToken.None);
        Task running = link.RunAsync(_ => { });
        link.Send(StillHere.Instance);
        await running.WaitAsync(Deadline);
        Assert.False(link.IsOpen);
    }

    /// <summary>Nothing comes until the read is cancelled, and every write fails.</summary>
    private sealed class BrokenPipe : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("Broken pipe");

        public override void Flush() => throw new NotSupportedException();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
