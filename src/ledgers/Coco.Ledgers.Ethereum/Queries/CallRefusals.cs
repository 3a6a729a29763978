using System.Numerics;
using Coco.Evm;
using Coco.Evm.Transactions;

namespace Coco.Ledgers.Ethereum;

/// <summary>Why a simulated transaction could not begin: the codes of eth_simulateV1, and the words of geth's state transition.</summary>
internal static class CallRefusals
{
    private const int NonceTooLow = -38010;
    private const int NonceTooHigh = -38011;
    private const int FeeCapTooLow = -38012;
    private const int IntrinsicGas = -38013;
    private const int InsufficientFunds = -38014;
    private const int SenderIsNotEoa = -38024;
    private const int InitCodeTooLarge = -38025;
    private const int InvalidParams = -32602;
    private const int Internal = -32603;

    public static Refusal Of(TransactionRefusal refusal, EvmTransaction t, ulong nonce, in UInt256 balance, BlockEnvironment block)
    {
        ForkRules rules = ForkRules.Of(block.Fork);
        string address = Checksums.Of(t.Sender);
        return refusal switch
        {
            TransactionRefusal.NonceTooLow => new(NonceTooLow, $"nonce too low: address {address}, tx: {t.Nonce} state: {nonce}"),
            TransactionRefusal.NonceTooHigh => new(NonceTooHigh, $"nonce too high: address {address}, tx: {t.Nonce} state: {nonce}"),
            TransactionRefusal.NonceOverflow => new(Internal, $"nonce has max value: address {address}, nonce: {nonce}"),
            TransactionRefusal.SenderHasCode => new(SenderIsNotEoa, $"sender not an eoa: address {address}"),
            TransactionRefusal.InsufficientFunds => new(
                InsufficientFunds,
                $"insufficient funds for gas * price + value: address {address} have {balance.ToBigInteger()} want {Cost(t)}"),
            TransactionRefusal.GasLimitBelowIntrinsic => new(
                IntrinsicGas, $"intrinsic gas too low: have {t.GasLimit}, want {Coco.Evm.Transactions.IntrinsicGas.Of(t, rules)}"),
            TransactionRefusal.GasLimitBelowFloor => new(
                IntrinsicGas,
                $"insufficient gas for floor data gas cost: have {t.GasLimit}, want {Coco.Evm.Transactions.IntrinsicGas.Floor(t, rules)}"),
            TransactionRefusal.FeeCapBelowBaseFee => new(
                FeeCapTooLow,
                $"max fee per gas less than block base fee: address {address}, maxFeePerGas: {t.MaxFeePerGas.ToBigInteger()}, "
                    + $"baseFee: {block.BaseFee.ToBigInteger()}"),
            TransactionRefusal.TipAboveFeeCap => new(
                InvalidParams,
                $"max priority fee per gas higher than max fee per gas: address {address}, "
                    + $"maxPriorityFeePerGas: {t.MaxPriorityFeePerGas.ToBigInteger()}, maxFeePerGas: {t.MaxFeePerGas.ToBigInteger()}"),
            TransactionRefusal.InitCodeTooLarge => new(
                InitCodeTooLarge, $"max initcode size exceeded: code size {t.Data.Length} limit {Limits.InitCodeBytes}"),
            TransactionRefusal.AuthorizationsCreateContract => new(
                Internal, $"EIP-7702 transaction cannot be used to create contract (sender {address})"),
            TransactionRefusal.AuthorizationsMissing => new(Internal, $"EIP-7702 transaction with empty auth list (sender {address})"),
            TransactionRefusal.TypeNotSupported => new(Internal, "transaction type not supported"),
            TransactionRefusal.GasLimitAboveBlock => new(Internal, "gas limit reached"),
            _ => new(Internal, $"invalid transaction: {refusal}"),
        };
    }

    private static BigInteger Cost(EvmTransaction t) =>
        (t.MaxFeePerGas.ToBigInteger() * t.GasLimit) + t.Value.ToBigInteger();
}
