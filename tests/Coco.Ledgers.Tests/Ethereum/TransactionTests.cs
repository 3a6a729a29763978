using Coco.Crypto;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.Ethereum;

public sealed class TransactionTests
{
    private static readonly byte[] PrivateKey = Convert.FromHexString("45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8");
    private static readonly Address Sender = Parse("0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b");

    private static Address Parse(string text) => Address.TryParse(text, out Address address) ? address : throw new FormatException();

    private static EthereumTransaction Make(TransactionType type, UInt256? chainId) => TransactionEncoder.Sign(
        new EthereumTransaction
        {
            Type = type,
            ChainId = chainId,
            Nonce = 3,
            MaxFeePerGas = 9,
            MaxPriorityFeePerGas = type >= TransactionType.DynamicFee ? 2UL : 9UL,
            GasLimit = 30_000,
            To = Sender,
            Value = 12,
            Data = new byte[] { 1, 2, 3 },
            AccessList = type == TransactionType.Legacy ? [] : [new AccessListItem(Sender, [1, UInt256.MaxValue])],
            MaxFeePerBlobGas = type == TransactionType.Blob ? 4UL : 0UL,
            BlobHashes = type == TransactionType.Blob ? [Keccak256.OfEmpty] : [],
            Authorizations = type == TransactionType.SetCode ? [new SignedAuthorization(0, Sender, 1, 1, 5, 6)] : [],
            V = 0,
            R = 0,
            S = 0,
            Raw = default,
            Hash = default,
        },
        PrivateKey);

    [Theory]
    [InlineData(TransactionType.Legacy, null)]
    [InlineData(TransactionType.Legacy, 5UL)]
    [InlineData(TransactionType.AccessList, 1UL)]
    [InlineData(TransactionType.DynamicFee, 1UL)]
    [InlineData(TransactionType.Blob, 1UL)]
    [InlineData(TransactionType.SetCode, 1UL)]
    public void What_was_signed_is_decoded_with_its_sender(TransactionType type, ulong? chainId)
    {
        EthereumTransaction signed = Make(type, chainId is { } id ? (UInt256)id : null);
        Assert.True(TransactionDecoder.TryDecode(signed.Raw, out EthereumTransaction? decoded, out string? error), error);
        Assert.Equal(type, decoded!.Type);
        Assert.Equal(signed.Hash, decoded.Hash);
        Assert.Equal(chainId is { } expected ? (UInt256)expected : null, decoded.ChainId);
        Assert.Equal(signed.Raw.ToArray(), TransactionEncoder.Encode(decoded));
        Assert.True(SenderRecovery.TryRecover(decoded, true, out Address sender));
        Assert.Equal(Sender, sender);
    }

    [Fact]
    public void Damaged_envelopes_never_throw_and_never_decode_to_the_same_hash()
    {
        var random = new Random(7);
        foreach (TransactionType type in Enum.GetValues<TransactionType>())
        {
            EthereumTransaction good = Make(type, 1);
            for (int i = 0; i < 2_000; i++)
            {
                byte[] bytes = good.Raw.ToArray();
                if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
                else bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                if (!TransactionDecoder.TryDecode(bytes, out EthereumTransaction? decoded, out string? error)) Assert.NotNull(error);
                else Assert.NotEqual(good.Hash, decoded!.Hash);
            }
        }
    }

    [Fact]
    public void What_decodes_encodes_to_the_same_bytes()
    {
        var random = new Random(8);
        foreach (TransactionType type in Enum.GetValues<TransactionType>())
        {
            EthereumTransaction good = Make(type, 1);
            for (int i = 0; i < 2_000; i++)
            {
                byte[] bytes = good.Raw.ToArray();
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (TransactionDecoder.TryDecode(bytes, out EthereumTransaction? decoded, out _))
                    Assert.Equal(bytes, TransactionEncoder.Encode(decoded!));
            }
        }
    }
}
