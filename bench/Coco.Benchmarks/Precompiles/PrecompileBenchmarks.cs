using BenchmarkDotNet.Attributes;
using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Primitives;

namespace Coco.Benchmarks.Precompiles;

/// <summary>One run of each contract whose price is about time. Nothing here may allocate but P-256, whose key the platform imports.</summary>
[MemoryDiagnoser]
public class PrecompileBenchmarks
{
    private const string Bn254G1 =
        "00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000002";
    private const string Bn254G2 =
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        + "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";

    private readonly ByteWriter _output = new(1024);
    private Dictionary<string, (Precompile Contract, byte[] Input)> _runs = [];

    [Params("ecrecover", "modexp 32", "modexp 256", "bn254 add", "bn254 multiply", "bn254 pairing 2", "bls g1 add", "bls g1 msm 1", "bls g2 msm 1", "bls pairing 2", "bls map g1", "bls map g2")]
    public string Run { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        string scalar = new('7', 64), mapG1 = new string('0', 127) + "7", mapG2 = new string('0', 255) + "7";
        string g1 = Output(0x10, mapG1), g2 = Output(0x11, mapG2);
        _runs = new()
        {
            ["ecrecover"] = Of(1, "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c" + "1c".PadLeft(64, '0')
                + "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549"),
            ["modexp 32"] = Of(5, Power(32)),
            ["modexp 256"] = Of(5, Power(256)),
            ["bn254 add"] = Of(6, Output(7, Bn254G1 + scalar) + Bn254G1),
            ["bn254 multiply"] = Of(7, Bn254G1 + scalar),
            ["bn254 pairing 2"] = Of(8, Bn254G1 + Bn254G2 + Output(7, Bn254G1 + scalar) + Bn254G2),
            ["bls g1 add"] = Of(0x0B, g1 + Output(0x0C, g1 + scalar)),
            ["bls g1 msm 1"] = Of(0x0C, g1 + scalar),
            ["bls g2 msm 1"] = Of(0x0E, g2 + scalar),
            ["bls pairing 2"] = Of(0x0F, g1 + g2 + Output(0x0C, g1 + scalar) + g2),
            ["bls map g1"] = Of(0x10, mapG1),
            ["bls map g2"] = Of(0x11, mapG2),
        };
    }

    [Benchmark]
    public bool TryRun()
    {
        _output.Clear();
        (Precompile contract, byte[] input) = _runs[Run];
        return contract.TryRun(input, EvmFork.Osaka, _output);
    }

    private static (Precompile, byte[]) Of(ulong number, string input) =>
        (PrecompileSet.At(Address.FromNumber(number), EvmFork.Osaka)!, Convert.FromHexString(input));

    private static string Output(ulong number, string input)
    {
        (Precompile contract, byte[] bytes) = Of(number, input);
        var output = new ByteWriter();
        return contract.TryRun(bytes, EvmFork.Osaka, output) ? Convert.ToHexString(output.Span) : throw new InvalidOperationException("The call failed.");
    }

    private static string Power(int size)
    {
        string length = size.ToString("x64"), digits = new('b', 2 * size);
        return length + length + length + digits + digits + digits;
    }
}
