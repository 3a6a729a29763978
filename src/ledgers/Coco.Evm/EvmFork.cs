namespace Coco.Evm;

/// <summary>The rule sets of the Ethereum mainnet, oldest first. Forks that only change the blob schedule (BPO) are <see cref="Osaka"/>.</summary>
public enum EvmFork : byte
{
    Frontier,
    Homestead,
    TangerineWhistle,
    SpuriousDragon,
    Byzantium,
    Constantinople,
    Petersburg,
    Istanbul,
    Berlin,
    London,
    Paris,
    Shanghai,
    Cancun,
    Prague,
    Osaka,
}
