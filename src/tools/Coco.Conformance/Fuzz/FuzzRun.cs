using System.Diagnostics;

namespace Coco.Conformance.Fuzz;

/// <summary>
/// Random programs and transactions against the virtual machine until the time is over. A second thread watches, since a program
/// that hangs cannot tell so itself.
/// </summary>
public sealed class FuzzRun
{
    private readonly FuzzOptions _options;
    private readonly FuzzReport _report;
    private long _startedAt, _processorTicks;
    private ulong _seed;

    private FuzzRun(FuzzOptions options)
    {
        _options = options;
        _report = new FuzzReport { Seed = options.Seed };
    }

    /// <summary>Throws IOException when the peer does not answer.</summary>
    public static FuzzReport Run(FuzzOptions options) => new FuzzRun(options).Run();

    private FuzzReport Run()
    {
        long start = Stopwatch.GetTimestamp();
        Begin();
        Exception? broken = null;
        // Deep call trees use no host stack, but the generator and JSON do a little: the default size is enough.
        var worker = new Thread(() => broken = RunAll(start)) { IsBackground = true, Name = "fuzz" };
        worker.Start();
        while (!worker.Join(TimeSpan.FromSeconds(1)))
        {
            TimeSpan used = Environment.CpuUsage.TotalTime - TimeSpan.FromTicks(Volatile.Read(ref _processorTicks));
            if (used <= FuzzLimits.Hang && Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)) <= FuzzLimits.Standstill) continue;
            _report.Hangs++;
            _report.Violations.Add(new FuzzProblem(Volatile.Read(ref _seed), "hang", $"ends within {FuzzLimits.Hang.TotalSeconds} s", "did not end"));
            break;
        }
        if (broken is not null) throw broken;
        _report.Seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3);
        return _report;
    }

    /// <summary>A case begins now.</summary>
    private void Begin()
    {
        Volatile.Write(ref _processorTicks, Environment.CpuUsage.TotalTime.Ticks);
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
    }

    private IOException? RunAll(long start)
    {
        try
        {
            using PeerRun? peer = _options.Peer is { } url ? new PeerRun(url, _report) : null;
            var machine = new FuzzMachine(_report);
            var generator = new CaseGenerator(peer?.ChainId ?? 1, peer?.Fork);
            for (ulong seed = _options.Seed; _report.Programs < _options.Programs && Stopwatch.GetElapsedTime(start).TotalSeconds < _options.Seconds; seed++)
            {
                Volatile.Write(ref _seed, seed);
                Begin();
                RunOne(generator, machine, peer, seed);
                _report.Programs++;
            }
            return null;
        }
        catch (IOException unreachable)
        {
            return unreachable;
        }
    }

    private void RunOne(CaseGenerator generator, FuzzMachine machine, PeerRun? peer, ulong seed)
    {
        FuzzCase fuzzCase = generator.Make(seed);
        try
        {
            if (peer is null) machine.Run(fuzzCase, FuzzMachine.BlockOf(fuzzCase), new FuzzWorld(fuzzCase, null));
            else peer.Compare(fuzzCase, machine);
        }
        catch (Exception crash) when (crash is not IOException)
        {
            _report.Crashes++;
            if (_report.Violations.Count < FuzzLimits.Problems) _report.Violations.Add(new FuzzProblem(seed, "crash", "no exception", crash.ToString()));
        }
    }
}
