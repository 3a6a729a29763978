using System.Buffers.Binary;
using Coco.Boundary;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager.Peers;

/// <summary>One attested connection to another manager: messages both ways, each behind its 32-bit length.</summary>
internal sealed class PeerLink : IDisposable
{
    private const int LengthSize = sizeof(uint);

    private readonly Stream _stream;
    private readonly Outbox<PeerMessage> _outgoing;
    private readonly CancellationTokenSource _over;

    /// <summary>Of the source, which may be disposed when the last message is posted.</summary>
    private readonly CancellationToken _ending;
    private ByteWriter _frames = new(1 << 16);

    /// <param name="ending">Ends the link.</param>
    public PeerLink(Stream stream, AttestedPeer peer, CancellationToken ending)
    {
        _stream = stream;
        _over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        _ending = _over.Token;
        _outgoing = new Outbox<PeerMessage>(Limits.MaxPeerBacklog, WriteAsync);
        Peer = peer;
    }

    public AttestedPeer Peer { get; }
    public bool IsOpen { get; private set; } = true;

    /// <summary>Queues a message for the next flush; dropped when the peer is too far behind, since consensus repeats itself.</summary>
    public void Post(PeerMessage message) => _outgoing.TryPost(message);

    public void Flush() => _outgoing.Flush();

    /// <summary>At once, from any thread.</summary>
    public void Send(PeerMessage message)
    {
        Post(message);
        Flush();
    }

    /// <summary>Runs until the link breaks; gives each message that comes.</summary>
    public async Task RunAsync(Action<PeerMessage> receive)
    {
        Task reading = ReadAllAsync(receive, _ending);
        await Task.WhenAny(reading, _outgoing.Ended);
        IsOpen = false;
        _outgoing.Close();
        await _over.CancelAsync(); // a stream that does not own its socket goes on with what is being read when it is closed
        _stream.Close();
        try
        {
            await Task.WhenAll(reading, _outgoing.Ended);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The link is over; the owner connects again.
        }
    }

    /// <summary>Ends it, from any thread.</summary>
    public void Close() => _stream.Close();

    public void Dispose()
    {
        _stream.Dispose();
        _over.Dispose();
    }

    private async Task ReadAllAsync(Action<PeerMessage> receive, CancellationToken cancellation)
    {
        byte[] length = new byte[LengthSize];
        while (true)
        {
            await _stream.ReadExactlyAsync(length, cancellation);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(length);
            if (size > Replica.Limits.MaxPeerMessageBytes) throw new IOException("The peer announces a message over the limit.");
            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)size);
            for (int at = 0; at < bytes.Length; at += Limits.MaxGatheredBytes)
            {
                if (at > 0) HearPart(receive);
                await _stream.ReadExactlyAsync(bytes.AsMemory(at, Math.Min(Limits.MaxGatheredBytes, bytes.Length - at)), cancellation);
            }
            if (!PeerMessageCodec.TryDecode(bytes, out PeerMessage? message)) throw new IOException("The peer sent a message that can't be read.");
            receive(message!);
        }
    }

    /// <summary>
    /// What comes behind a long message waits for it: meanwhile its bytes are the sign of life. The sender, whose questions wait as
    /// well, is told that they come.
    /// </summary>
    private void HearPart(Action<PeerMessage> receive)
    {
        receive(StillHere.Instance);
        Send(StillHere.Instance);
    }

    /// <summary>Some of what waits. What takes long to encrypt is not for the thread that posted it.</summary>
    private async ValueTask WriteAsync()
    {
        _frames.Clear();
        ConsensusPeerMessage? isLong = null;
        while (isLong is null && _frames.Length < Limits.MaxGatheredBytes && _outgoing.TryTake(out PeerMessage? message))
        {
            if (message is ConsensusPeerMessage append && IsLong(append)) isLong = append;
            else Append(_frames, message);
        }
        if (isLong is not null || _frames.Length > Limits.MaxBytesAtOnce) await Task.Yield();
        await _stream.WriteAsync(_frames.Memory, _ending);
        if (isLong is not null) await WriteLongAsync(_frames, isLong);
        if (_frames.Length > 4 * Limits.MaxGatheredBytes) _frames = new ByteWriter(1 << 16);
    }

    private static bool IsLong(ConsensusPeerMessage append)
    {
        long bytes = 0;
        for (int i = 0; i < append.Frames.Count; i++) bytes += append.Frames[i].Length;
        return bytes > Limits.MaxGatheredBytes;
    }

    /// <summary>Its frames are written as they are: to copy hundreds of megabytes first would be silence, and memory.</summary>
    private async ValueTask WriteLongAsync(ByteWriter writer, ConsensusPeerMessage message)
    {
        writer.Clear();
        writer.WriteUInt32(0);
        PeerMessageCodec.EncodeHead(message, writer);
        long size = writer.Length - LengthSize + message.Frames.Sum(frame => (long)LengthSize + frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(writer.Written, checked((uint)size));
        foreach (ReadOnlyMemory<byte> frame in message.Frames)
        {
            writer.WriteUInt32((uint)frame.Length);
            await _stream.WriteAsync(writer.Memory, _ending);
            await _stream.WriteAsync(frame, _ending);
            writer.Clear();
        }
    }

    private static void Append(ByteWriter frames, PeerMessage message)
    {
        int start = frames.Length;
        frames.WriteUInt32(0);
        PeerMessageCodec.Encode(message, frames);
        BinaryPrimitives.WriteUInt32LittleEndian(frames.Written[start..], (uint)(frames.Length - start - LengthSize));
    }
}
