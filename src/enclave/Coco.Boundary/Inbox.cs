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
    private const int Awake = 0;
    private const int Asleep = 1;
    private const int Dozing = 2;

    private readonly object _gate = new();
    private int _state;
    private volatile bool _isClosed;

    /// <summary>No more is to come: the owner takes what is left and ends.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>From any thread.</summary>
    public void Post(T item)
    {
        _items.Enqueue(item);
        Wake();
    }

    /// <summary>The same for what can wait until an owner that dozes looks by itself.</summary>
    public void PostPatiently(T item)
    {
        _items.Enqueue(item);
        if (Interlocked.CompareExchange(ref _state, Awake, Asleep) == Asleep) Pulse();
    }

    public void Close()
    {
        _isClosed = true;
        Wake();
    }

    /// <summary>On the owner's thread.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item) => _items.TryDequeue(out item);

    /// <summary>On the owner's thread: returns when something waits, when closed, or after <paramref name="milliseconds"/> (-1: never).</summary>
    public void Sleep(int milliseconds) => Wait(Asleep, milliseconds);

    /// <summary>The same, but what is posted patiently meanwhile does not end it: one awakening serves many.</summary>
    public void Doze(int milliseconds) => Wait(Dozing, milliseconds);

    private void Wait(int state, int milliseconds)
    {
        lock (_gate)
        {
            // The exchange is a fence: who posts or closes after this look sees that it must wake.
            Interlocked.Exchange(ref _state, state);
            if (_items.IsEmpty && !_isClosed) Monitor.Wait(_gate, milliseconds);
            Volatile.Write(ref _state, Awake);
        }
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _state, Awake) != Awake) Pulse();
    }

    private void Pulse()
    {
        lock (_gate) Monitor.Pulse(_gate);
    }
}
