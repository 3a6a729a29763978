using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Writes what is signed and what is sent.</summary>
public static class TransactionEncoder
{
    /// <summary>The hash that the sender signed: over the fields without the signature, with the chain id under EIP-155.</summary>
    public static Hash256 SigningHash(EthereumTransaction transaction, ByteWriter scratch)
    {
        scratch.Clear();
        Write(scratch, transaction, isSigned: false);
        return Keccak256.Hash(scratch.Span);
    }

    /// <summary>The envelope as it is sent.</summary>
    public static byte[] Encode(EthereumTransaction transaction)
    {
        var writer = new ByteWriter();
        Write(writer, transaction, isSigned: true);
        return writer.ToArray();
    }

    /// <summary>The same transaction with this signature; tests and tools sign with it.</summary>
    public static EthereumTransaction Sign(EthereumTransaction transaction, ReadOnlySpan<byte> privateKey)
    {
        Hash256 hash = SigningHash(transaction, new ByteWriter());
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureSize];
        Invariant.Holds(Secp256k1.TrySign(privateKey, hash.Span, signature, out int id), "a private key is below the group's order");
        UInt256 v = transaction.Type != TransactionType.Legacy ? (ulong)id
            : transaction.ChainId is { } chain ? (chain << 1) + 35 + (ulong)id : 27 + (ulong)id;
        EthereumTransaction signed = WithSignature(transaction, v, new UInt256(signature[..32]), new UInt256(signature[32..]));
        byte[] raw = Encode(signed);
        Invariant.Holds(TransactionDecoder.TryDecode(raw, out EthereumTransaction? decoded, out _), "what was encoded can be decoded");
        return decoded!;
    }

    private static EthereumTransaction WithSignature(EthereumTransaction t, in UInt256 v, in UInt256 r, in UInt256 s) => new()
    {
        Type = t.Type,
        ChainId = t.ChainId,
        Nonce = t.Nonce,
        MaxFeePerGas = t.MaxFeePerGas,
        MaxPriorityFeePerGas = t.MaxPriorityFeePerGas,
        GasLimit = t.GasLimit,
        To = t.To,
        Value = t.Value,
        Data = t.Data,
        AccessList = t.AccessList,
        MaxFeePerBlobGas = t.MaxFeePerBlobGas,
        BlobHashes = t.BlobHashes,
        Authorizations = t.Authorizations,
        V = v,
        R = r,
        S = s,
        Raw = default,
        Hash = default,
    };

    private static void Write(ByteWriter writer, EthereumTransaction t, bool isSigned)
    {
        if (t.Type != TransactionType.Legacy) writer.WriteByte((byte)t.Type);
        int start = writer.BeginList();
        if (t.Type == TransactionType.Legacy) WriteLegacy(writer, t);
        else WriteTyped(writer, t);
        if (isSigned)
        {
            writer.Rlp(t.V);
            writer.Rlp(t.R);
            writer.Rlp(t.S);
        }
        else if (t.Type == TransactionType.Legacy && t.ChainId is { } chainId)
        {
            writer.Rlp(chainId);
            writer.Rlp(0);
            writer.Rlp(0);
        }
        writer.EndList(start);
    }

    private static void WriteLegacy(ByteWriter writer, EthereumTransaction t)
    {
        writer.Rlp(t.Nonce);
        writer.Rlp(t.MaxFeePerGas);
        writer.Rlp(t.GasLimit);
        writer.Rlp(t.To);
        writer.Rlp(t.Value);
        writer.RlpBytes(t.Data.Span);
    }

    private static void WriteTyped(ByteWriter writer, EthereumTransaction t)
    {
        writer.Rlp(t.ChainId ?? default);
        writer.Rlp(t.Nonce);
        writer.Rlp(t.MaxPriorityFeePerGas);
        if (t.Type != TransactionType.AccessList) writer.Rlp(t.MaxFeePerGas);
        writer.Rlp(t.GasLimit);
        writer.Rlp(t.To);
        writer.Rlp(t.Value);
        writer.RlpBytes(t.Data.Span);
        WriteAccessList(writer, t.AccessList);
        if (t.Type == TransactionType.Blob)
        {
            writer.Rlp(t.MaxFeePerBlobGas);
            int hashes = writer.BeginList();
            for (int i = 0; i < t.BlobHashes.Count; i++) writer.Rlp(t.BlobHashes[i]);
            writer.EndList(hashes);
        }
        if (t.Type == TransactionType.SetCode) WriteAuthorizations(writer, t.Authorizations);
    }

    private static void WriteAccessList(ByteWriter writer, IReadOnlyList<AccessListItem> items)
    {
        int list = writer.BeginList();
        Span<byte> word = stackalloc byte[UInt256.Size];
        for (int i = 0; i < items.Count; i++)
        {
            int item = writer.BeginList();
            writer.Rlp(items[i].Address);
            int keys = writer.BeginList();
            foreach (UInt256 key in items[i].Keys)
            {
                key.WriteBigEndian(word);
                writer.RlpBytes(word);
            }
            writer.EndList(keys);
            writer.EndList(item);
        }
        writer.EndList(list);
    }

    private static void WriteAuthorizations(ByteWriter writer, IReadOnlyList<SignedAuthorization> items)
    {
        int list = writer.BeginList();
        for (int i = 0; i < items.Count; i++)
        {
            int item = writer.BeginList();
            writer.Rlp(items[i].ChainId);
            writer.Rlp(items[i].Address);
            writer.Rlp(items[i].Nonce);
            writer.Rlp((ulong)items[i].YParity);
            writer.Rlp(items[i].R);
            writer.Rlp(items[i].S);
            writer.EndList(item);
        }
        writer.EndList(list);
    }
}
