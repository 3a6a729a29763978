using System.Security.Cryptography;

namespace Coco.Crypto;

public static class ConstantTime
{
    /// <summary>Compares in a time that depends on the lengths alone.</summary>
    public static bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        CryptographicOperations.FixedTimeEquals(left, right);
}
