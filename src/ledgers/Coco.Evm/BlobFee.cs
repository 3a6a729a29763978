using System.Numerics;

namespace Coco.Evm;

/// <summary>The price of blob gas (EIP-4844).</summary>
public static class BlobFee
{
    /// <summary>e^(excess / fraction) wei, as the EIP approximates it; capped at 2^256 - 1.</summary>
    public static UInt256 Price(ulong excessBlobGas, ulong updateFraction)
    {
        // e^178 > 2^256: beyond it the loop would only take longer.
        if (excessBlobGas / updateFraction >= 178) return UInt256.MaxValue;
        BigInteger sum = 0, term = updateFraction;
        for (int i = 1; term > 0; i++)
        {
            sum += term;
            term = term * excessBlobGas / ((BigInteger)updateFraction * i);
        }
        BigInteger price = sum / updateFraction;
        byte[] bytes = price.ToByteArray(isUnsigned: true, isBigEndian: true);
        return bytes.Length > UInt256.Size ? UInt256.MaxValue : new UInt256(bytes);
    }
}
