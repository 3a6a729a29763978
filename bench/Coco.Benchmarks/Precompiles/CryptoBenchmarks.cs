using BenchmarkDotNet.Attributes;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Benchmarks.Precompiles;

/// <summary>The hash of the trie and the recovery of senders: what a transaction costs most.</summary>
[MemoryDiagnoser]
public class CryptoBenchmarks
{
    private const int Ways = 8;

    private readonly byte[] _input = new byte[1024];
    private readonly byte[] _address = new byte[Secp256k1.AddressSize];
    private readonly byte[] _signature = new byte[Secp256k1.SignatureSize];
    private readonly Hash256[] _hashes = new Hash256[Ways];
    private readonly int[] _ends = new int[Ways];
    private Hash256 _hash;
    private int _recoveryId;

    [GlobalSetup]
    public void Prepare()
    {
        for (int i = 0; i < Ways; i++) _ends[i] = (i + 1) * 100;
        _hash = Keccak256.Hash(_input);
        Secp256k1.TrySign(_hash.Span, _hash.Span, _signature, out _recoveryId);
    }

    [Benchmark]
    public Hash256 Keccak_of_64_bytes() => Keccak256.Hash(_input.AsSpan(0, 64));

    [Benchmark]
    public Hash256 Keccak_of_1024_bytes() => Keccak256.Hash(_input);

    [Benchmark]
    public void Keccak_of_eight_times_100_bytes() => Keccak256.HashMany(_input, _ends, _hashes);

    [Benchmark]
    public bool Recovery_of_an_address() => Secp256k1.TryRecoverAddress(_hash.Span, _signature, _recoveryId, _address);
}
