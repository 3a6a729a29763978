using System.Buffers.Binary;
using System.Threading.Channels;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager.Peers;

/// <summary>One attested connection to another manager: messages both ways, each behind its 32-bit length.</summary>
internal sealed class PeerLink : IDisposable
{
    private const int LengthSize = sizeof(uint);

    private readonly Stream _stream;
    private readonly Channel<PeerMessage> _outgoing = Channel.CreateBounded<PeerMessage>(
        new BoundedChannelOptions(Limits.MaxPeerBacklog) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public PeerLink(Stream stream, AttestedPeer peer)
    {
        _stream = stream;
        Peer = peer;
    }

    public AttestedPeer Peer { get; }
    public bool IsOpen { get; private set; } = true;

    /// <summary>Queues a message; dropped when the peer is too far behind, since consensus repeats itself.</summary>
    public void Send(PeerMessage message) => _outgoing.Writer.TryWrite(message);

    /// <summary>Runs until the link breaks; gives each message that comes.</summary>
    public async Task RunAsync(Action<PeerMessage> receive, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task reading = ReadAllAsync(receive, ending.Token);
        Task writing = WriteAllAsync(ending.Token);
        await Task.WhenAny(reading, writing);
        IsOpen = false;
        await ending.CancelAsync();
        _stream.Close();
        try
        {
            await Task.WhenAll(reading, writing);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The link is over; the owner connects again.
        }
    }

    /// <summary>Ends it, from any thread.</summary>
    public void Close() => _stream.Close();

    public void Dispose() => _stream.Dispose();

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

    private async Task WriteAllAsync(CancellationToken cancellation)
    {
        var frames = new ByteWriter(1 << 16);
        while (await _outgoing.Reader.WaitToReadAsync(cancellation))
        {
            frames.Clear();
            ConsensusPeerMessage? isLong = null;
            while (isLong is null && frames.Length < Limits.MaxGatheredBytes && _outgoing.Reader.TryRead(out PeerMessage? message))
            {
                if (message is ConsensusPeerMessage append && append.Frames.Sum(frame => (long)frame.Length) > Limits.MaxGatheredBytes) isLong = append;
                else Append(frames, message);
            }
            await _stream.WriteAsync(frames.Memory, cancellation);
            if (isLong is not null) await WriteLongAsync(frames, isLong, cancellation);
            if (frames.Length > 4 * Limits.MaxGatheredBytes) frames = new ByteWriter(1 << 16);
        }
    }

    /// <summary>Its frames are written as they are: to copy hundreds of megabytes first would be silence, and memory.</summary>
    private async Task WriteLongAsync(ByteWriter writer, ConsensusPeerMessage message, CancellationToken cancellation)
    {
        writer.Clear();
        writer.WriteUInt32(0);
        PeerMessageCodec.EncodeHead(message, writer);
        long size = writer.Length - LengthSize + message.Frames.Sum(frame => (long)LengthSize + frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(writer.Written, checked((uint)size));
        foreach (ReadOnlyMemory<byte> frame in message.Frames)
        {
            writer.WriteUInt32((uint)frame.Length);
            await _stream.WriteAsync(writer.Memory, cancellation);
            await _stream.WriteAsync(frame, cancellation);
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
