namespace Coco.Evm.Transactions;

/// <summary>Why a transaction may not be in the block at all. Nothing was changed.</summary>
public enum TransactionRefusal : byte
{
    None,
    TypeNotSupported,
    NonceTooLow,
    NonceTooHigh,
    NonceOverflow,
    SenderHasCode,
    InsufficientFunds,
    GasLimitBelowIntrinsic,
    GasLimitBelowFloor,
    GasLimitAboveBlock,
    GasLimitAboveCap,
    FeeCapBelowBaseFee,
    TipAboveFeeCap,
    InitCodeTooLarge,
    BlobsCreateContract,
    BlobsMissing,
    TooManyBlobs,
    BlobVersionNotSupported,
    BlobFeeCapTooLow,
    AuthorizationsCreateContract,
    AuthorizationsMissing,
}
