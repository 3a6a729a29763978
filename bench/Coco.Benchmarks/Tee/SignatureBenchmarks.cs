using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;

namespace Coco.Benchmarks.Tee;

/// <summary>One bare signature of the kinds that machines sign with: what a verification of evidence cannot be cheaper than.</summary>
public class SignatureBenchmarks
{
    private readonly byte[] _content = new byte[672];
    private ECDsa _p384 = null!;
    private ECDsa _p256 = null!;
    private byte[] _ofP384 = [];
    private byte[] _ofP256 = [];

    [GlobalSetup]
    public void Prepare()
    {
        _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _ofP384 = _p384.SignData(_content, HashAlgorithmName.SHA384);
        _ofP256 = _p256.SignData(_content, HashAlgorithmName.SHA256);
    }

    /// <summary>An SNP report has one.</summary>
    [Benchmark]
    public bool VerifyP384() => _p384.VerifyData(_content, _ofP384, HashAlgorithmName.SHA384);

    /// <summary>A quote has two, without its certificates.</summary>
    [Benchmark]
    public bool VerifyP256() => _p256.VerifyData(_content, _ofP256, HashAlgorithmName.SHA256);

    [GlobalCleanup]
    public void Clean()
    {
        _p384.Dispose();
        _p256.Dispose();
    }
}
