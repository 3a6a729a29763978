using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>An admitted transaction: decoded once, its sender recovered once, on the VN that took it.</summary>
public sealed class AdmittedEthereumTransaction(EthereumTransaction transaction, in Address sender) : AdmittedTransaction
{
    public EthereumTransaction Transaction { get; } = transaction;
    public Address Sender { get; } = sender;

    /// <summary>As the machine takes it.</summary>
    public EvmTransaction Evm { get; } = EvmTransactions.Of(transaction, sender);

    public override Hash256 Id => Transaction.Hash;
    public override ReadOnlyMemory<byte> Request => Transaction.Raw;

    /// <summary>The sender and the envelope: the leader trusts an attested VN's recovery.</summary>
    public override void Encode(ByteWriter writer)
    {
        writer.WriteFixed(Sender.Span);
        writer.WriteFixed(Transaction.Raw.Span);
    }

    public static bool TryDecode(ReadOnlyMemory<byte> encoded, out AdmittedEthereumTransaction? transaction)
    {
        transaction = null;
        if (encoded.Length <= Address.Size) return false;
        byte[] raw = encoded[Address.Size..].ToArray();
        if (!TransactionDecoder.TryDecode(raw, out EthereumTransaction? decoded, out _)) return false;
        transaction = new AdmittedEthereumTransaction(decoded!, new Address(encoded.Span[..Address.Size]));
        return true;
    }
}
