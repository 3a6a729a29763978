using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Who signed a transaction or an authorization. Thread-safe.</summary>
public static class SenderRecovery
{
    private const byte AuthorizationMagic = 0x05;

    [ThreadStatic]
    private static ByteWriter? _scratch;

    /// <summary>The order of secp256k1's group (SEC 2, 2.4.1).</summary>
    private static readonly UInt256 Order = new(0xBFD25E8CD0364141, 0xBAAEDCE6AF48A03B, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF);
    private static readonly UInt256 HalfOrder = Order >> 1;

    private static ByteWriter Scratch => _scratch ??= new ByteWriter(1024);

    /// <summary>False where the signature is none. <paramref name="isLowSRequired"/> from Homestead on (EIP-2).</summary>
    public static bool TryRecover(EthereumTransaction transaction, bool isLowSRequired, out Address sender)
    {
        sender = default;
        if (!TryGetParity(transaction, out int parity)) return false;
        return TryRecover(
            TransactionEncoder.SigningHash(transaction, Scratch), transaction.R, transaction.S, parity, isLowSRequired, out sender);
    }

    /// <summary>The account that signed an authorization (EIP-7702); low s is always required.</summary>
    public static bool TryRecover(SignedAuthorization authorization, out Address authority)
    {
        authority = default;
        if (authorization.YParity > 1) return false;
        ByteWriter writer = Scratch;
        writer.Clear();
        writer.WriteByte(AuthorizationMagic);
        int list = writer.BeginList();
        writer.Rlp(authorization.ChainId);
        writer.Rlp(authorization.Address);
        writer.Rlp(authorization.Nonce);
        writer.EndList(list);
        return TryRecover(Keccak256.Hash(writer.Span), authorization.R, authorization.S, authorization.YParity, true, out authority);
    }

    /// <summary>0 or 1 from v: 27 and 28, EIP-155, or the y parity itself.</summary>
    private static bool TryGetParity(EthereumTransaction transaction, out int parity)
    {
        parity = 0;
        UInt256 v = transaction.V;
        if (transaction.Type != TransactionType.Legacy)
        {
            parity = (int)v.U0;
            return v < 2;
        }
        if (v == 27 || v == 28) parity = (int)v.U0 - 27;
        else if (v >= 35) parity = (int)((v.U0 - 35) & 1);
        else return false;
        return true;
    }

    private static bool TryRecover(
        in Hash256 hash, in UInt256 r, in UInt256 s, int parity, bool isLowSRequired, out Address sender)
    {
        sender = default;
        if (r.IsZero || s.IsZero || r >= Order || s >= Order || (isLowSRequired && s > HalfOrder)) return false;
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureSize];
        r.WriteBigEndian(signature);
        s.WriteBigEndian(signature[32..]);
        Span<byte> address = stackalloc byte[Address.Size];
        if (!Secp256k1.TryRecoverAddress(hash.Span, signature, parity, address)) return false;
        sender = new Address(address);
        return true;
    }
}
