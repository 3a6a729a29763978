using BenchmarkDotNet.Attributes;
using Coco.Client;
using Coco.Tee;

namespace Coco.Benchmarks.Tee;

/// <summary>One verification of each kind of evidence, warm; aim: under 2 ms. Needs the vectors (COCO_VECTORS).</summary>
[MemoryDiagnoser]
public class EvidenceBenchmarks
{
    private static readonly Dictionary<string, (string[] Files, DateTimeOffset At)> Cases = new()
    {
        ["sev-snp"] = (["snp/milan-v3/report.bin", "snp/milan-v3/vcek.der"], new DateTimeOffset(2025, 12, 1, 0, 0, 0, TimeSpan.Zero)),
        ["sgx"] = (["dcap/sgx-v3/quote.bin", "dcap/sgx-v3/collateral.json"], new DateTimeOffset(2025, 6, 25, 0, 0, 0, TimeSpan.Zero)),
        ["tdx"] = (["dcap/tdx-v4/quote.bin", "dcap/tdx-v4/collateral.json"], new DateTimeOffset(2025, 6, 25, 0, 0, 0, TimeSpan.Zero)),
        ["azure-sev-snp"] = (["azure/snp-milan/evidence-v1.json"], new DateTimeOffset(2025, 12, 1, 0, 0, 0, TimeSpan.Zero)),
    };

    private readonly TeePolicy _policy = EvidencePolicyFile.Read("""{"acceptStatus":["UpToDate","ConfigurationAndSWHardeningNeeded"]}"""u8.ToArray());
    private Evidence _evidence = null!;
    private byte[] _collateral = [];
    private ulong _now;

    [Params("sev-snp", "sgx", "tdx", "azure-sev-snp")]
    public string Platform { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable("COCO_VECTORS") ?? throw new InvalidOperationException("Set COCO_VECTORS."), "tee", "dev");
        (string[] files, DateTimeOffset at) = Cases[Platform];
        _evidence = EvidenceFiles.Read(files.Select(file => File.ReadAllBytes(Path.Combine(folder, file))));
        _now = (ulong)at.ToUnixTimeMilliseconds();
        _collateral = File.ReadAllBytes(Path.Combine(folder, "dcap/tdx-v4/collateral.json"));
        if (!Verify()) throw new InvalidOperationException("The evidence is not accepted.");
    }

    [Benchmark]
    public bool Verify() => EvidenceVerifiers.All.Verify(_evidence, _policy, _now).Holds;

    /// <summary>Intel's collateral alone, as at its first use.</summary>
    [Benchmark]
    public bool VerifyNewCollateral() => DcapCollateral.TryRead(_collateral, out DcapCollateral? read)
        && VerifiedCollateral.TryVerify(read, VendorRoots.Pinned, new DateTimeOffset(2025, 6, 25, 0, 0, 0, TimeSpan.Zero), out _) is null;
}
