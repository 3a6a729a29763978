using System.Diagnostics;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;

namespace Coco.Bench;

/// <summary>Runs one program on our machine, again and again from the same state.</summary>
public sealed class ProgramMachine
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private const int WarmUpRuns = 60;

    private readonly ProgramWorld _world;
    private readonly TransactionProcessor _processor = new(new JournaledState(new CodeCache()));
    private readonly EvmTransaction _transaction;
    private readonly BlockEnvironment _block;

    public ProgramMachine(ProgramOptions options)
    {
        _world = new ProgramWorld(options.Code);
        _transaction = new EvmTransaction { Sender = ProgramWorld.Caller, To = ProgramWorld.Contract, GasLimit = options.Gas, Data = options.Input };
        _block = new BlockEnvironment
        {
            Fork = EvmFork.Osaka,
            ChainId = 1,
            Number = 1_000,
            Timestamp = 1_800_000_000,
            Coinbase = Address.FromNumber(0xbeef),
            GasLimit = (long)options.Gas,
        };
    }

    /// <summary>One run; the output is valid until the next.</summary>
    public TransactionResult Run()
    {
        NoTracer none = default;
        return Run(ref none);
    }

    /// <summary>Gas that the code itself takes, before refunds.</summary>
    public long GasOfCode()
    {
        OutermostGas tracer = default;
        TransactionResult result = Run(ref tracer);
        if (!result.IsExecuted) throw new BenchFailureException(BenchFailureKind.Usage, $"The call is refused: {result.Refusal}. Give it another --gas.");
        return tracer.Used;
    }

    /// <summary>Seconds of each of so many runs, once everything is compiled, and the bytes that one allocates.</summary>
    public (double[] Seconds, long Allocated) Measure(int repeat)
    {
        long start = Stopwatch.GetTimestamp();
        // The compiler works in the background: the pause lets it put its last version in place.
        for (int i = 0; i < WarmUpRuns || Stopwatch.GetElapsedTime(start) < WarmUp; i++)
        {
            Run();
            if (i == WarmUpRuns / 2) Thread.Sleep(200);
            if (i >= 2 && Stopwatch.GetElapsedTime(start) > 5 * WarmUp) break;
        }
        double[] seconds = new double[repeat];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < repeat; i++)
        {
            long at = Stopwatch.GetTimestamp();
            Run();
            seconds[i] = Stopwatch.GetElapsedTime(at).TotalSeconds;
        }
        return (seconds, (GC.GetAllocatedBytesForCurrentThread() - before) / repeat);
    }

    private TransactionResult Run<TTracer>(ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        _processor.State.Reset(_world);
        return _processor.Execute(_block, _transaction, _block.GasLimit, SkippedChecks.All, ref tracer);
    }

    /// <summary>Sees what the outermost call used.</summary>
    private struct OutermostGas : ITracer
    {
        public long Used;

        public static bool TracesSteps => false;
        public static bool TracesCalls => true;

        public readonly void Step(in StepView step) { }
        public readonly void StepDone(long gasCost, EvmError error) { }
        public readonly void Enter(in CallView call) { }
        public void Exit(in ExitView exit) => Used = exit.Depth == 0 ? exit.GasUsed : Used;
        public readonly void Log(in EvmLog log) { }
    }
}
