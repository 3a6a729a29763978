using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>The token of samples/contracts: its code, its calls, its storage.</summary>
public static class TokenContract
{
    /// <summary>Where <see cref="BenchGenesis"/> puts the token.</summary>
    public static Address GenesisAddress { get; } = Address.FromNumber(0xC0C0);

    /// <summary>Enough for one transfer to an account without tokens (about 52,000).</summary>
    public const ulong TransferGas = 70_000;

    public static byte[] Creation { get; } = Code("creation");
    public static byte[] Runtime { get; } = Code("runtime");

    private static readonly byte[] TransferSelector = Selector("transfer(address,uint256)"u8);
    private static readonly byte[] BalanceSelector = Selector("balanceOf(address)"u8);
    private static readonly byte[] FundSelector = Selector("fund(address[],uint256)"u8);

    public static byte[] Transfer(Address to, ulong amount) => [.. TransferSelector, .. Word(to), .. Word(amount)];

    public static byte[] BalanceOf(Address account) => [.. BalanceSelector, .. Word(account)];

    public static byte[] Fund(ReadOnlySpan<Address> accounts, UInt128 tokens)
    {
        ByteWriter data = new((accounts.Length * 32) + 128);
        data.WriteFixed(FundSelector);
        data.WriteFixed(Word(64));
        data.WriteFixed(Word(tokens));
        data.WriteFixed(Word((UInt128)accounts.Length));
        foreach (Address account in accounts) data.WriteFixed(Word(account));
        return data.ToArray();
    }

    /// <summary>The storage slot of an account's balance: OpenZeppelin's mapping is the contract's first variable.</summary>
    public static Hash256 BalanceSlot(Address account) => Keccak256.Hash([.. Word(account), .. Word(0)]);

    /// <summary>The storage slot of the total supply.</summary>
    public static Hash256 SupplySlot { get; } = new(Word(2));

    private static byte[] Selector(ReadOnlySpan<byte> signature) => Keccak256.Hash(signature).Span[..4].ToArray();

    private static byte[] Word(Address value) => [.. new byte[12], .. value.Span];

    private static byte[] Word(UInt128 value)
    {
        byte[] word = new byte[32];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(word.AsSpan(16), value);
        return word;
    }

    private static byte[] Code(string field)
    {
        using Stream file = typeof(TokenContract).Assembly.GetManifestResourceStream("BenchToken.json")!;
        using JsonDocument compiled = JsonDocument.Parse(file);
        return Convert.FromHexString(compiled.RootElement.GetProperty(field).GetString().AsSpan(2));
    }
}
