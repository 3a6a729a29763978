using System.Runtime.CompilerServices;
using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// An account as the store holds it. <paramref name="Storage"/> names its slots (0: it never had one): a number of four bytes
/// instead of the address keeps slot keys short, and a new number drops all old slots at once.
/// </summary>
public readonly record struct AccountRecord(ulong Nonce, UInt256 Balance, Hash256 CodeHash, uint Storage)
{
    private const byte HasCode = 1;
    private const byte HasStorage = 2;

    public static Hash256 NoCode { get; } = Keccak256.OfEmpty;

    public void Write(ByteWriter writer)
    {
        bool hasCode = CodeHash != NoCode;
        writer.WriteByte((byte)((hasCode ? HasCode : 0) | (Storage != 0 ? HasStorage : 0)));
        writer.WriteVarint(Nonce);
        writer.WriteWord(Balance);
        if (hasCode) writer.WriteHash(CodeHash);
        if (Storage != 0) writer.WriteVarint(Storage);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AccountRecord account)
    {
        account = default;
        var reader = new SpanReader(bytes);
        Hash256 codeHash = NoCode;
        ulong storage = 0;
        if (!reader.TryReadByte(out byte flags) || flags > (HasCode | HasStorage)
            || !reader.TryReadVarint(out ulong nonce) || !reader.TryReadWord(out UInt256 balance)) return false;
        if ((flags & HasCode) != 0 && !reader.TryReadHash(out codeHash)) return false;
        if ((flags & HasStorage) != 0 && (!reader.TryReadVarint(out storage) || storage is 0 or > uint.MaxValue)) return false;
        account = new AccountRecord(nonce, balance, codeHash, (uint)storage);
        return reader.IsAtEnd;
    }

    /// <summary>The account's record in a view; a broken one is a broken store.</summary>
    public static bool TryGet(Coco.Store.IReadView view, in Address address, out AccountRecord account)
    {
        account = default;
        if (!view.TryGet(EthereumMaps.Accounts, address.Span, out ReadOnlySpan<byte> value)) return false;
        Invariant.Holds(TryRead(value, out account), "an account in the store is well formed");
        return true;
    }
}
