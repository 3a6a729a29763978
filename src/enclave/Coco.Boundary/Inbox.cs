using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Boundary;

/// <summary>
/// What waits for the one thread that owns a state machine: many post, one takes. A thread that finds nothing sleeps at once; the
/// framework's own queues spin first, and with six processes on two cores that time is another process's.
/// </summary>
public sealed class Inbox<T>
{
    private readonly ConcurrentQueue<T> _items = new();
    private readonly object _gate = new();
    private int _asleep;
    private volatile bool _isClosed;

    /// <summary>No more is to come: the owner takes what is left and ends.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>From any thread.</summary>
    public void Post(T item)
    {
        _items.Enqueue(item);
        Wake();
    }

    public void Close()
    {
        _isClosed = true;
        Wake();
    }

    /// <summary>On the owner's thread.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item) => _items.TryDequeue(out item);

    /// <summary>On the owner's thread: returns when something waits, when closed, or after <paramref name="milliseconds"/> (-1: never).</summary>
    public void Sleep(int milliseconds)
    {
        lock (_gate)
        {
            // The exchange is a fence: who posts or closes after this look sees that it must wake.
            Interlocked.Exchange(ref _asleep, 1);
            if (_items.IsEmpty && !_isClosed) Monitor.Wait(_gate, milliseconds);
            Volatile.Write(ref _asleep, 0);
        }
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _asleep, 0) == 0) return;
        lock (_gate) Monitor.Pulse(_gate);
    }
}
