namespace Coco.Evm.Precompiles.ModExp;

/// <summary>The price of modular exponentiation by fork.</summary>
internal static class ModExpGas
{
    /// <summary>Operands longer than this cost more than any gas limit that can be written.</summary>
    private const ulong MaxSize = 1UL << 32;
    private const ulong MaxExponentSize = 1UL << 56;

    /// <param name="baseSize">Bytes of the base.</param>
    /// <param name="exponentSize">Bytes of the exponent.</param>
    /// <param name="modulusSize">Bytes of the modulus.</param>
    /// <param name="headBits">Bit length of the exponent's first 32 bytes.</param>
    /// <param name="fork">The rules.</param>
    internal static long Of(ulong baseSize, ulong exponentSize, ulong modulusSize, int headBits, EvmFork fork)
    {
        ulong size = Math.Max(baseSize, modulusSize);
        bool isFree = size == 0 && fork < EvmFork.Osaka;
        if (size >= MaxSize || (exponentSize >= MaxExponentSize && !isFree)) return long.MaxValue;
        UInt128 iterations = isFree ? 1 : Iterations(exponentSize, headBits, fork);
        UInt128 gas = fork switch
        {
            >= EvmFork.Osaka => UInt128.Max(500, Words(size, whenShort: 16, factor: 2) * iterations),
            >= EvmFork.Berlin => UInt128.Max(200, Words(size, whenShort: null, factor: 1) * iterations / 3),
            _ => ByzantiumComplexity(size) * iterations / 20,
        };
        return gas > long.MaxValue ? long.MaxValue : (long)gas;
    }

    private static UInt128 Iterations(ulong exponentSize, int headBits, EvmFork fork)
    {
        ulong perByte = fork >= EvmFork.Osaka ? 16UL : 8UL;
        ulong count = (ulong)Math.Max(headBits - 1, 0);
        if (exponentSize > 32) count += perByte * (exponentSize - 32);
        return Math.Max(count, 1);
    }

    /// <summary>The square of the 8-byte words (EIP-2565), doubled and with a floor from EIP-7883 on.</summary>
    private static UInt128 Words(ulong size, uint? whenShort, uint factor)
    {
        if (whenShort is uint floor && size <= 32) return floor;
        UInt128 words = (size + 7) / 8;
        return words * words * factor;
    }

    /// <summary>EIP-198: the cost of one multiplication, quadratic first, then as if by Karatsuba.</summary>
    private static UInt128 ByzantiumComplexity(UInt128 size) => size switch
    {
        _ when size <= 64 => size * size,
        _ when size <= 1024 => (size * size / 4) + (96 * size) - 3072,
        _ => (size * size / 16) + (480 * size) - 199680,
    };
}
