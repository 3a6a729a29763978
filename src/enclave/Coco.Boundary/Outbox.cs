using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Boundary;

/// <summary>
/// What waits to be written to one stream: many post, one at a time writes. Whoever flushes writes at once, on its own thread, where nobody
/// else does and the stream takes it without waiting: to wake another thread takes longer than to write a short message. What comes meanwhile, and
/// what the stream does not take at once, is written by the runtime's pool.
/// </summary>
/// <param name="capacity">Messages that wait at most.</param>
/// <param name="write">Takes some of what waits, and writes it. Never called twice at the same time.</param>
public sealed class Outbox<T>(int capacity, Func<ValueTask> write)
{
    private readonly ConcurrentQueue<T> _waiting = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private int _isWriting;
    private volatile bool _isClosed;

    /// <summary>Ends when it is closed and nobody writes any more, or with what a write threw.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Queues a message for the next <see cref="Flush"/>, from any thread; false when too many wait. After the end they go nowhere.</summary>
    public bool TryPost(T message)
    {
        if (_isClosed) return true;
        if (Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }
        _waiting.Enqueue(message);
        return true;
    }

    /// <summary>Sees to it that what waits is written; from any thread, and never waits.</summary>
    public void Flush()
    {
        if (!_waiting.IsEmpty && TryBegin()) _ = WriteAllAsync();
    }

    /// <summary>While writing.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T message)
    {
        if (!_waiting.TryDequeue(out message)) return false;
        Interlocked.Decrement(ref _count);
        return true;
    }

    /// <summary>What still waits is not written.</summary>
    public void Close()
    {
        _isClosed = true;
        if (TryBegin()) _ended.TrySetResult();
    }

    private bool TryBegin() => Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0;

    /// <summary>After a failure nobody begins again.</summary>
    private async Task WriteAllAsync()
    {
        try
        {
            for (bool isFirst = true; !_isClosed && !_waiting.IsEmpty; isFirst = false)
            {
                if (!isFirst) await Task.Yield();
                await write();
            }
        }
        catch (Exception failure)
        {
            _ended.TrySetException(failure);
            return;
        }
        // The exchange is a fence: who posts or closes after this look begins by itself.
        Interlocked.Exchange(ref _isWriting, 0);
        if (_isClosed) Close();
        else Flush();
    }
}
