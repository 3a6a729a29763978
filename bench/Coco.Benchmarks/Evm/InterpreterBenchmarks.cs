using BenchmarkDotNet.Attributes;

namespace Coco.Benchmarks.Evm;

/// <summary>Time and allocation of one run of each program; no run may allocate once the machine is warm.</summary>
[MemoryDiagnoser]
public class InterpreterBenchmarks
{
    private EvmRunner _runner = null!;

    [Params("arithmetic", "memory", "keccak", "storage", "calls", "transfer")]
    public string Program { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _runner = new EvmRunner(Program, 10_000);

    [Benchmark]
    public long Gas() => _runner.Run();
}
