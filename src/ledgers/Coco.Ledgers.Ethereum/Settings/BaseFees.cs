using Coco.Evm;

namespace Coco.Ledgers.Ethereum;

/// <summary>EIP-1559's base fee.</summary>
public static class BaseFees
{
    private const ulong ElasticityMultiplier = 2;
    private const ulong ChangeDenominator = 8;

    /// <summary>Of the first London block, in wei.</summary>
    public static UInt256 Initial { get; } = 1_000_000_000UL;

    /// <summary>The base fee of the block after one with these figures.</summary>
    public static UInt256 Next(in UInt256 baseFee, ulong gasUsed, ulong gasLimit)
    {
        ulong target = gasLimit / ElasticityMultiplier;
        if (gasUsed == target || target == 0) return baseFee;
        ulong distance = gasUsed > target ? gasUsed - target : target - gasUsed;
        UInt256 change = baseFee * distance / target / ChangeDenominator;
        if (gasUsed < target) return baseFee - change;
        return baseFee + (change.IsZero ? UInt256.One : change);
    }
}
