using Coco.Evm;
using Coco.Evm.Transactions;

namespace Coco.Ledgers.Ethereum;

/// <summary>Why transactions are not taken, in geth's words.</summary>
public static class Refusals
{
    /// <summary>JSON-RPC: the server refused.</summary>
    public const int Code = -32000;

    public static Refusal Of(string message) => new(Code, message);

    public static Refusal NonceTooLow(ulong next, ulong nonce) => Of($"nonce too low: next nonce {next}, tx nonce {nonce}");

    public static Refusal InsufficientFunds(in UInt256 balance, in UInt256 cost) => Of(
        $"insufficient funds for gas * price + value: balance {Decimal(balance)}, tx cost {Decimal(cost)}, overshot {Decimal(cost - balance)}");

    public static Refusal IntrinsicGas(ulong gas, long needed) => Of($"intrinsic gas too low: gas {gas}, minimum needed {needed}");

    public static Refusal FloorGas(ulong gas, long needed) =>
        Of($"insufficient gas for floor data gas cost: gas {gas}, minimum needed {needed}");

    public static Refusal InvalidChainId(in UInt256 have, ulong want) =>
        Of($"invalid chain id for signer: have {Decimal(have)} want {want}");

    public static Refusal TipAboveFeeCap(in UInt256 tip, in UInt256 cap) => Of(
        $"max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {Decimal(tip)}, maxFeePerGas: {Decimal(cap)}");

    public static Refusal FeeCapBelowBaseFee(in Address sender, in UInt256 cap, in UInt256 baseFee) => Of(
        $"max fee per gas less than block base fee: address {sender}, maxFeePerGas: {Decimal(cap)}, baseFee: {Decimal(baseFee)}");

    public static Refusal InitCodeTooLarge(int size) =>
        Of($"max initcode size exceeded: code size {size}, limit {Limits.InitCodeBytes}");

    public static Refusal GasAboveCap(ulong gas) =>
        Of($"transaction gas limit too high (cap: {Limits.TransactionGas}, tx: {gas})");

    public static Refusal Oversized(int size, int limit) => Of($"oversized data: transaction size {size}, limit {limit}");

    public static Refusal SenderNotEoa(in Address sender) => Of($"sender not an eoa: address {sender}");

    public static Refusal TypeNotSupported { get; } = Of("transaction type not supported");
    public static Refusal BlobsRefused { get; } = Of("transaction type not supported: this network takes no blobs");
    public static Refusal InvalidSender { get; } = Of("invalid sender");
    public static Refusal ExceedsBlockGasLimit { get; } = Of("exceeds block gas limit");
    public static Refusal NonceOverflow { get; } = Of("nonce has max value");
    public static Refusal AuthorizationsMissing { get; } = Of("set code tx must have at least one authorization tuple");
    public static Refusal Underpriced { get; } = Of("transaction underpriced");
    public static Refusal ReplacementUnderpriced { get; } = Of("replacement transaction underpriced");
    public static Refusal AlreadyKnown { get; } = Of("already known");
    public static Refusal PoolIsFull { get; } = Of("txpool is full");
    public static Refusal SenderHasTooMany { get; } = Of("account has too many transactions in the pool");

    /// <summary>Why the machine did not execute a transaction.</summary>
    public static Refusal Of(TransactionRefusal refusal, EvmTransaction t, ulong nonce, in UInt256 balance, in UInt256 baseFee, ForkRules rules) =>
        refusal switch
        {
            TransactionRefusal.NonceTooLow => NonceTooLow(nonce, t.Nonce),
            TransactionRefusal.NonceOverflow => NonceOverflow,
            TransactionRefusal.SenderHasCode => SenderNotEoa(t.Sender),
            TransactionRefusal.InsufficientFunds => InsufficientFunds(balance, Cost(t)),
            TransactionRefusal.GasLimitBelowIntrinsic => IntrinsicGas(t.GasLimit, Coco.Evm.Transactions.IntrinsicGas.Of(t, rules)),
            TransactionRefusal.GasLimitBelowFloor => FloorGas(t.GasLimit, Coco.Evm.Transactions.IntrinsicGas.Floor(t, rules)),
            TransactionRefusal.GasLimitAboveBlock => ExceedsBlockGasLimit,
            TransactionRefusal.GasLimitAboveCap => GasAboveCap(t.GasLimit),
            TransactionRefusal.FeeCapBelowBaseFee => FeeCapBelowBaseFee(t.Sender, t.MaxFeePerGas, baseFee),
            TransactionRefusal.TipAboveFeeCap => TipAboveFeeCap(t.MaxPriorityFeePerGas, t.MaxFeePerGas),
            TransactionRefusal.InitCodeTooLarge => InitCodeTooLarge(t.Data.Length),
            TransactionRefusal.AuthorizationsMissing => AuthorizationsMissing,
            TransactionRefusal.TypeNotSupported => TypeNotSupported,
            _ => Of($"invalid transaction: {refusal}"),
        };

    /// <summary>What the transaction may cost at most; the largest word where it would overflow.</summary>
    public static UInt256 Cost(EvmTransaction t)
    {
        if (t.MaxFeePerGas.BitLength > 192) return UInt256.MaxValue;
        return UInt256.AddOverflows(t.MaxFeePerGas * t.GasLimit, t.Value, out UInt256 cost) ? UInt256.MaxValue : cost;
    }

    private static string Decimal(in UInt256 value) =>
        new System.Numerics.BigInteger(value.ToBigEndian(), isUnsigned: true, isBigEndian: true).ToString();
}
