namespace Coco.Evm;

/// <summary>Every bound of the machine, with its reason.</summary>
public static class Limits
{
    /// <summary>Words on a frame's stack (yellow paper 9.1).</summary>
    public const int StackWords = 1024;

    /// <summary>Calls inside calls below the outermost frame (yellow paper 9.4.2: depth at most 1024).</summary>
    public const int CallDepth = 1024;

    /// <summary>Memory of one frame: 2^23 words cost 2^37 gas, far above what a transaction can have. More counts as out of gas.</summary>
    public const int MemoryBytes = 256 << 20;

    /// <summary>Memory that a pooled frame keeps between transactions; a larger buffer goes back to the collector.</summary>
    public const int KeptMemoryBytes = 1 << 20;

    /// <summary>Bytes of contract code kept analysed between blocks; the cache starts anew when it is full.</summary>
    public const int CachedCodeBytes = 64 << 20;

    /// <summary>Deployed code (EIP-170).</summary>
    public const int CodeBytes = 24576;

    /// <summary>Code that creates a contract (EIP-3860).</summary>
    public const int InitCodeBytes = 2 * CodeBytes;

    /// <summary>Gas of one transaction (EIP-7825).</summary>
    public const long TransactionGas = 1 << 24;

    /// <summary>Blobs of one transaction (EIP-7594).</summary>
    public const int TransactionBlobs = 6;

    /// <summary>Ancestors that BLOCKHASH sees (yellow paper 9.4.1).</summary>
    public const int BlockHashes = 256;
}
