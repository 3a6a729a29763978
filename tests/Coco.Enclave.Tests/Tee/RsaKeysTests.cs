using System.Security.Cryptography;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

public sealed class RsaKeysTests
{
    private static readonly byte[] Modulus = NewModulus();

    [Theory]
    [InlineData("010001", true)]
    [InlineData("00000003", true)]
    [InlineData("", false)]
    [InlineData("00", false)]
    [InlineData("0000000000000000", false)]
    [InlineData("01", false)]
    [InlineData("0001", false)]
    [InlineData("010000", false)]
    [InlineData("000000000000010001", false)]
    public void An_exponent_is_odd_and_at_least_three(string exponent, bool isKey)
    {
        Assert.Equal(isKey, RsaKeys.TryCreate(Modulus, Convert.FromHexString(exponent), out RSA? key));
        key?.Dispose();
    }

    [Theory]
    [InlineData(255)]
    [InlineData(513)]
    [InlineData(0)]
    public void A_modulus_has_2048_to_4096_bits(int size) => Assert.False(RsaKeys.TryCreate([.. Enumerable.Repeat((byte)0xFD, size)], [1, 0, 1], out _));

    private static byte[] NewModulus()
    {
        using RSA key = RSA.Create(2048);
        return key.ExportParameters(false).Modulus!;
    }
}
