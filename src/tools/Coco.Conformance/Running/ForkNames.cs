using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>The names that test files give to rule sets.</summary>
public static class ForkNames
{
    /// <summary>One fork for all blocks; false for transitions and for forks of other networks or of the future.</summary>
    public static bool TryGet(string name, out EvmFork fork)
    {
        EvmFork? found = name switch
        {
            "Frontier" or "Chainstart" => EvmFork.Frontier,
            "Homestead" or "Dao" => EvmFork.Homestead,
            "EIP150" or "TangerineWhistle" or "Tangerine" => EvmFork.TangerineWhistle,
            "EIP158" or "SpuriousDragon" or "Spurious" => EvmFork.SpuriousDragon,
            "Byzantium" => EvmFork.Byzantium,
            "Constantinople" => EvmFork.Constantinople,
            "ConstantinopleFix" or "Petersburg" => EvmFork.Petersburg,
            "Istanbul" or "MuirGlacier" => EvmFork.Istanbul,
            "Berlin" => EvmFork.Berlin,
            "London" or "ArrowGlacier" or "GrayGlacier" => EvmFork.London,
            "Paris" or "Merge" => EvmFork.Paris,
            "Shanghai" => EvmFork.Shanghai,
            "Cancun" => EvmFork.Cancun,
            "Prague" => EvmFork.Prague,
            "Osaka" => EvmFork.Osaka,
            // Blob parameters only (EIP-7892): the rules are Osaka's.
            _ => BlobForkOf(name) is null ? null : EvmFork.Osaka,
        };
        fork = found ?? EvmFork.Frontier;
        return found is not null;
    }

    /// <summary>What a test's own schedule says (<c>config.blobSchedule</c>), and what is usual where it says nothing.</summary>
    public static BlobParameters Blobs(string name, JsonElement? config = null)
    {
        BlobParameters usual = BlobForkOf(name)
            ?? (TryGet(name, out EvmFork fork) ? ForkSchedule.BlobsOf(fork) : BlobParameters.Cancun);
        if (config?.Field("blobSchedule")?.Field(name) is not { } given) return usual;
        return new BlobParameters(
            (int)(given.Field("target")?.Number() ?? (ulong)usual.Target), (int)(given.Field("max")?.Number() ?? (ulong)usual.Max),
            given.Field("baseFeeUpdateFraction")?.Number() ?? usual.UpdateFraction);
    }

    /// <summary>Those after the second exist in tests only (execution-spec-tests).</summary>
    private static BlobParameters? BlobForkOf(string name) => name switch
    {
        "Bpo1" or "BPO1" => BlobParameters.Bpo1,
        "Bpo2" or "BPO2" => BlobParameters.Bpo2,
        "Bpo3" or "BPO3" => new BlobParameters(21, 32, 20_609_697),
        "Bpo4" or "BPO4" or "Bpo5" or "BPO5" => new BlobParameters(14, 21, 13_739_630),
        _ => null,
    };
}
