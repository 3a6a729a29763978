using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Decodes signed envelopes (EIP-2718); errors in geth's words.</summary>
public static class TransactionDecoder
{
    public const string UnsupportedType = "transaction type not supported";
    public const string TooShort = "typed transaction too short";
    public const string InvalidSignature = "invalid transaction v, r, s values";

    /// <summary>Decodes the bytes of eth_sendRawTransaction. The result keeps <paramref name="raw"/>.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> raw, out EthereumTransaction? transaction, out string? error)
    {
        transaction = null;
        if (raw.IsEmpty) return Refuse(TooShort, out error);
        byte first = raw.Span[0];
        if (first >= 0xC0) return TryDecodeLegacy(raw, out transaction, out error);
        if (first >= 0x80) return Refuse(RlpError.ExpectedList.Text() + " for types.LegacyTx", out error);
        if (raw.Length <= 1) return Refuse(TooShort, out error);
        return first switch
        {
            (byte)TransactionType.AccessList or (byte)TransactionType.DynamicFee
                or (byte)TransactionType.Blob or (byte)TransactionType.SetCode => TryDecodeTyped(raw, out transaction, out error),
            _ => Refuse(UnsupportedType, out error),
        };
    }

    private static bool TryDecodeLegacy(ReadOnlyMemory<byte> raw, out EthereumTransaction? transaction, out string? error)
    {
        transaction = null;
        var outer = new RlpReader(raw.Span);
        RlpReader list = outer.ReadList();
        ulong nonce = list.ReadUInt64();
        UInt256 gasPrice = list.ReadUInt256();
        ulong gas = list.ReadUInt64();
        Address? to = list.ReadOptionalAddress();
        UInt256 value = list.ReadUInt256();
        ReadOnlyMemory<byte> data = Slice(raw, list.ReadBytes());
        UInt256 v = list.ReadUInt256(), r = list.ReadUInt256(), s = list.ReadUInt256();
        outer.Finish(list);
        if (outer.End() is var wrong && wrong != RlpError.None) return Refuse(wrong.Text(), out error);
        error = null;
        transaction = new EthereumTransaction
        {
            Type = TransactionType.Legacy,
            ChainId = LegacyChainId(v),
            Nonce = nonce,
            MaxFeePerGas = gasPrice,
            MaxPriorityFeePerGas = gasPrice,
            GasLimit = gas,
            To = to,
            Value = value,
            Data = data,
            V = v,
            R = r,
            S = s,
            Raw = raw,
            Hash = Keccak256.Hash(raw.Span),
        };
        return true;
    }

    /// <summary>EIP-155: v = chain id * 2 + 35 or 36; null for 27, 28 and what is neither.</summary>
    private static UInt256? LegacyChainId(in UInt256 v) => v < 35 ? null : (v - 35) >> 1;

    private static bool TryDecodeTyped(ReadOnlyMemory<byte> raw, out EthereumTransaction? transaction, out string? error)
    {
        transaction = null;
        var type = (TransactionType)raw.Span[0];
        var outer = new RlpReader(raw.Span[1..]);
        RlpReader list = outer.ReadList();
        UInt256 chainId = list.ReadUInt256();
        ulong nonce = list.ReadUInt64();
        UInt256 priority = list.ReadUInt256();
        UInt256 most = type == TransactionType.AccessList ? priority : list.ReadUInt256();
        ulong gas = list.ReadUInt64();
        Address? to = list.ReadOptionalAddress();
        UInt256 value = list.ReadUInt256();
        ReadOnlyMemory<byte> data = Slice(raw, list.ReadBytes());
        AccessListItem[] accessList = ReadAccessList(ref list);
        UInt256 blobFee = type == TransactionType.Blob ? list.ReadUInt256() : default;
        Hash256[] blobs = type == TransactionType.Blob ? ReadHashes(ref list) : [];
        SignedAuthorization[] authorizations = type == TransactionType.SetCode ? ReadAuthorizations(ref list) : [];
        UInt256 v = list.ReadUInt256(), r = list.ReadUInt256(), s = list.ReadUInt256();
        outer.Finish(list);
        if (outer.End() is var wrong && wrong != RlpError.None) return Refuse(wrong.Text(), out error);
        if (to is null && type >= TransactionType.Blob)
            return Refuse(RlpError.WrongLength.Text() + " (this type needs a recipient)", out error);
        error = null;
        transaction = new EthereumTransaction
        {
            Type = type,
            ChainId = chainId,
            Nonce = nonce,
            MaxFeePerGas = most,
            MaxPriorityFeePerGas = priority,
            GasLimit = gas,
            To = to,
            Value = value,
            Data = data,
            AccessList = accessList,
            MaxFeePerBlobGas = blobFee,
            BlobHashes = blobs,
            Authorizations = authorizations,
            V = v,
            R = r,
            S = s,
            Raw = raw,
            Hash = Keccak256.Hash(raw.Span),
        };
        return true;
    }

    private static AccessListItem[] ReadAccessList(ref RlpReader reader)
    {
        RlpReader list = reader.ReadList();
        if (list.IsAtEnd) return [];
        var items = new List<AccessListItem>();
        while (!list.IsAtEnd)
        {
            RlpReader item = list.ReadList();
            Address address = item.ReadAddress();
            RlpReader keys = item.ReadList();
            UInt256[] words = keys.Failed ? [] : new UInt256[keys.Remaining / (UInt256.Size + 1)];
            for (int i = 0; i < words.Length; i++) words[i] = new UInt256(keys.ReadFixed(UInt256.Size));
            item.Finish(keys);
            list.Finish(item);
            items.Add(new AccessListItem(address, words));
        }
        reader.Finish(list);
        return [.. items];
    }

    private static Hash256[] ReadHashes(ref RlpReader reader)
    {
        RlpReader list = reader.ReadList();
        var hashes = new Hash256[list.Remaining / (Hash256.Size + 1)];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = list.ReadHash();
        reader.Finish(list);
        return hashes;
    }

    private static SignedAuthorization[] ReadAuthorizations(ref RlpReader reader)
    {
        RlpReader list = reader.ReadList();
        var items = new List<SignedAuthorization>();
        while (!list.IsAtEnd)
        {
            RlpReader item = list.ReadList();
            UInt256 chainId = item.ReadUInt256();
            Address address = item.ReadAddress();
            ulong nonce = item.ReadUInt64();
            ulong parity = item.ReadUInt64();
            if (parity > byte.MaxValue) item.Fail(RlpError.TooLarge);
            UInt256 r = item.ReadUInt256(), s = item.ReadUInt256();
            list.Finish(item);
            items.Add(new SignedAuthorization(chainId, address, nonce, (byte)parity, r, s));
        }
        reader.Finish(list);
        return [.. items];
    }

    /// <summary>The memory of a part of <paramref name="whole"/>, found by its place.</summary>
    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> whole, ReadOnlySpan<byte> part) =>
        part.IsEmpty || !whole.Span.Overlaps(part, out int offset) ? default : whole.Slice(offset, part.Length);

    private static bool Refuse(string reason, out string? error)
    {
        error = reason;
        return false;
    }
}
