using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Coco.Benchmarks.Evm;

/// <summary>
/// The compiled contracts of <c>bench/evm</c>, which other machines run too (docs/operations/evm-speed.md): arithmetic, hashes, memory,
/// storage, calls, ERC-20 transfers, swaps, a ray tracer, and every precompiled contract.
/// </summary>
[MemoryDiagnoser]
public class ContractBenchmarks
{
    private static readonly Dictionary<string, (byte[] Code, byte[] Input)> Programs = Read();

    private EvmRunner _runner = null!;

    public static IEnumerable<string> Names => Programs.Keys;

    [ParamsSource(nameof(Names))]
    public string Program { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _runner = new EvmRunner(Programs[Program].Code, Programs[Program].Input);

    [Benchmark]
    public long Gas() => _runner.Run();

    private static Dictionary<string, (byte[] Code, byte[] Input)> Read()
    {
        using Stream programs = typeof(ContractBenchmarks).Assembly.GetManifestResourceStream("programs.json")!;
        using JsonDocument document = JsonDocument.Parse(programs);
        return document.RootElement.EnumerateArray().ToDictionary(
            program => program.GetProperty("name").GetString()!,
            program => (Hex(program.GetProperty("code")), Hex(program.GetProperty("input"))));
    }

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);
}
