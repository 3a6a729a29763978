using System.Numerics;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>The difficulty that proof of work asked for (EIP-2, EIP-100, and the bomb's delays: EIP-649, 1234, 2384, 3554).</summary>
public static class Difficulty
{
    private const long Period = 100_000;
    private static readonly BigInteger Least = 131_072;

    public static UInt256 Of(BlockHeader parent, ulong timestamp, EvmFork fork)
    {
        BigInteger before = new(parent.Difficulty.ToBigEndian(), isUnsigned: true, isBigEndian: true);
        BigInteger difficulty = before + (before / 2_048 * Factor(parent, timestamp, fork));
        if (difficulty < Least) difficulty = Least;
        long number = (long)parent.Number + 1;
        long counted = Math.Max(0, number - Delay(fork));
        if (counted / Period > 1) difficulty += BigInteger.Pow(2, (int)((counted / Period) - 2));
        return new UInt256(difficulty.ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    private static long Factor(BlockHeader parent, ulong timestamp, EvmFork fork)
    {
        long seconds = (long)(timestamp - parent.Timestamp);
        if (fork == EvmFork.Frontier) return seconds < 13 ? 1 : -1;
        if (fork < EvmFork.Byzantium) return Math.Max(1 - (seconds / 10), -99);
        int ommers = parent.OmmersHash == BlockHeader.EmptyOmmersHash ? 1 : 2;
        return Math.Max(ommers - (seconds / 9), -99);
    }

    private static long Delay(EvmFork fork) => fork switch
    {
        < EvmFork.Byzantium => 0,
        EvmFork.Byzantium => 3_000_000,
        < EvmFork.Istanbul => 5_000_000,
        < EvmFork.London => 9_000_000,
        _ => 10_700_000,
    };
}
