namespace Coco.Ledgers.Ethereum;

/// <summary>The envelope types of EIP-2718.</summary>
public enum TransactionType : byte
{
    Legacy = 0,
    AccessList = 1,
    DynamicFee = 2,
    Blob = 3,
    SetCode = 4,
}
