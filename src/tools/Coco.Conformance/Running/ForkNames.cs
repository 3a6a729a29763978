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
            "Osaka" or "Bpo1" or "Bpo2" or "BPO1" or "BPO2" => EvmFork.Osaka,
            _ => null,
        };
        fork = found ?? EvmFork.Frontier;
        return found is not null;
    }

    public static BlobParameters Blobs(string name) => name switch
    {
        "Bpo1" or "BPO1" => BlobParameters.Bpo1,
        "Bpo2" or "BPO2" => BlobParameters.Bpo2,
        _ => TryGet(name, out EvmFork fork) ? ForkSchedule.BlobsOf(fork) : BlobParameters.Cancun,
    };
}
