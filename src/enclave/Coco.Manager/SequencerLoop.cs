using System.Diagnostics;
using Coco.Boundary;
using Coco.Replica;

namespace Coco.Manager;

/// <summary>
/// The thread that owns the sequencer: gathers inputs from everywhere, gives it ticks, and hands its effects to
/// <paramref name="carryOut"/>. A broken rule ends the process.
/// </summary>
/// <param name="flush">Writes what was to be sent: once for all inputs that waited, unless they are many.</param>
internal sealed class SequencerLoop(
    Replica.Replica replica, Action<ReplicaEffect> carryOut, Action flush, Action publish, Action<Exception> fail) : IDisposable
{
    /// <summary>After a pause (a stopped process, a starved machine) no more ticks than this come at once, and inputs first.</summary>
    private const int MaxTicksAtOnce = 10;

    private const int InputsPerFlush = 16;

    /// <summary>Status is made anew every so many rounds of ticks.</summary>
    private const int RoundsPerPublish = 4;

    private readonly Inbox<object> _inputs = new();
    private readonly Queue<ReplicaInput> _own = new();
    private readonly ReplicaEffects _effects = new();
    private long _lastTick = Stopwatch.GetTimestamp();
    private int _rounds;
    private long _stepBegan;
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "sequencer", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>How long the step that runs now has lasted, in milliseconds; 0: none runs. From any thread.</summary>
    public long BusyMs => Interlocked.Read(ref _stepBegan) is var began && began == 0 ? 0 : (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds;

    public void Post(ReplicaInput input) => _inputs.Post(input);

    /// <summary>Runs on the sequencer's thread between two steps.</summary>
    public void Post(Action<Replica.Replica> action) => _inputs.Post(action);

    /// <summary>From an effect that is being carried out: goes before everything that waits.</summary>
    public void PostOwn(ReplicaInput input) => _own.Enqueue(input);

    public void Dispose()
    {
        _inputs.Close();
        _thread?.Join();
    }

    private void Run()
    {
        try
        {
            while (!_inputs.IsClosed)
            {
                for (int taken = 1; _inputs.TryTake(out object? item); taken++)
                {
                    Take(item);
                    if (taken % InputsPerFlush == 0) flush();
                }
                GiveTicks();
                flush();
                _inputs.Sleep(Limits.TickMs);
            }
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    private void Take(object item)
    {
        Interlocked.Exchange(ref _stepBegan, Stopwatch.GetTimestamp());
        if (item is ReplicaInput input) Step(input);
        else ((Action<Replica.Replica>)item)(replica);
        while (_own.TryDequeue(out ReplicaInput? own)) Step(own);
        Interlocked.Exchange(ref _stepBegan, 0);
    }

    private void Step(ReplicaInput input)
    {
        replica.Step(input, _effects);
        CarryOut();
    }

    private void CarryOut()
    {
        for (int i = 0; i < _effects.Count; i++) carryOut(_effects[i]);
        _effects.Clear();
    }

    private void GiveTicks()
    {
        long tick = Stopwatch.Frequency * Limits.TickMs / 1000;
        long due = (Stopwatch.GetTimestamp() - _lastTick) / tick;
        if (due <= 0) return;
        _lastTick += due * tick;
        ulong unixMs = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        for (long i = Math.Min(due, MaxTicksAtOnce); i > 0; i--) Take(new TickInput(unixMs));
        if (++_rounds % RoundsPerPublish == 0) publish();
    }
}
