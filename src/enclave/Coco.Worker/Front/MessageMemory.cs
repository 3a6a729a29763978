namespace Coco.Worker.Front;

/// <summary>
/// Counts the bytes of requests under way and of answers that clients have not taken, so that many who send much, or read nothing, are
/// refused before memory is short. Any thread.
/// </summary>
internal sealed class MessageMemory(FrontLimits limits)
{
    private long _used;

    /// <summary>In bytes.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether there is room for so much more of a message that has <paramref name="total"/> bytes with it.</summary>
    public bool TryTake(long more, long total)
    {
        long most = total > limits.SmallMessageBytes ? limits.MessageBytes / 2 : limits.MessageBytes;
        if (Interlocked.Add(ref _used, more) <= most) return true;
        Give(more);
        return false;
    }

    public void Give(long bytes) => Interlocked.Add(ref _used, -bytes);

    /// <summary>Of one exchange, given back at its end.</summary>
    public sealed class Hold(MessageMemory memory) : IDisposable
    {
        private long _held;

        /// <summary>False: there is no room, and it holds what it held.</summary>
        public bool TryGrowTo(long bytes)
        {
            if (bytes <= _held) return true;
            if (!memory.TryTake(bytes - _held, bytes)) return false;
            _held = bytes;
            return true;
        }

        public void Dispose() => memory.Give(_held);
    }
}
