using System.Text;
using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Addresses with the upper-case letters of EIP-55.</summary>
internal static class Checksums
{
    public static string Of(in Address address)
    {
        string lower = Convert.ToHexStringLower(address.Span);
        Hash256 hash = Keccak256.Hash(Encoding.ASCII.GetBytes(lower));
        var text = new StringBuilder("0x");
        for (int i = 0; i < lower.Length; i++)
        {
            int nibble = (hash.Span[i / 2] >> ((i & 1) == 0 ? 4 : 0)) & 0xF;
            text.Append(nibble >= 8 ? char.ToUpperInvariant(lower[i]) : lower[i]);
        }
        return text.ToString();
    }
}
