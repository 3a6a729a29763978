using System.Diagnostics;
using System.Security.Cryptography;
using Coco.Boundary;
using Coco.Executor;
using Coco.Primitives;

namespace Coco.Worker;

/// <summary>
/// The thread that owns the executor: gathers inputs from everywhere, gives it the clock, and hands its effects to
/// <paramref name="carryOut"/>. An exception on it ends the process: the enclave stops rather than go on with a broken rule.
/// </summary>
/// <param name="flush">Writes what was to be sent: once for all inputs that waited, unless they are many.</param>
internal sealed class ExecutorLoop(
    Executor.Executor executor, Action<ExecutorEffect> carryOut, Action flush, PauseMeter pauses, Action<Exception> fail) : IDisposable
{
    private const int InputsPerFlush = 16;

    private readonly Inbox<object> _inputs = new();
    private readonly ExecutorEffects _effects = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "executor" };
        _thread.Start();
    }

    public void Dispose()
    {
        _inputs.Close();
        _thread?.Join();
    }

    public void Post(ExecutorInput input) => _inputs.Post(input);

    /// <summary>For transactions: while a batch gathers, they need not wake the executor one by one.</summary>
    public void PostPatiently(ExecutorInput input) => _inputs.PostPatiently(input);

    /// <summary>Runs on the executor's thread, after the inputs posted before.</summary>
    public void Post(Action<Executor.Executor> question) => _inputs.Post(question);

    private void Run()
    {
        try
        {
            while (!_inputs.IsClosed)
            {
                GiveTime();
                for (int taken = 1; _inputs.TryTake(out object? item); taken++)
                {
                    Take(item);
                    if (taken % InputsPerFlush == 0) flush();
                }
                long began = Stopwatch.GetTimestamp();
                executor.Flush(_effects);
                CarryOut();
                flush();
                pauses.Step(began);
                if (executor.IsGathering) _inputs.Doze(Limits.GatheringMs);
                else _inputs.Sleep(Limits.TimeMs);
            }
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    private void Take(object item)
    {
        long began = Stopwatch.GetTimestamp();
        if (item is ExecutorInput input) executor.Step(input, _effects);
        else ((Action<Executor.Executor>)item)(executor);
        if (_effects.Count > 0) CarryOut();
        pauses.Step(began);
    }

    private void GiveTime()
    {
        var now = new Tick((ulong)Stopwatch.GetElapsedTime(_started).TotalMilliseconds);
        executor.Step(new TimeInput(now, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), _effects);
    }

    private void CarryOut()
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            if (_effects[i] is DrawRandomEffect draw) Draw(draw.Count);
            else carryOut(_effects[i]);
        }
        _effects.Clear();
    }

    private void Draw(int count)
    {
        var values = new Hash256[count];
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (int i = 0; i < count; i++)
        {
            RandomNumberGenerator.Fill(bytes);
            values[i] = new Hash256(bytes);
        }
        _inputs.Post(new RandomInput(values));
    }
}
