using System.Text.Json;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Reads state overrides; null, or the error in geth's words.</summary>
internal static class StateOverridesInput
{
    public static string? Read(ref Utf8JsonReader json, out StateOverrides overrides)
    {
        overrides = new StateOverrides();
        if (json.TokenType != JsonTokenType.StartObject) return Unexpected(ref json, "override.StateOverride");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string? wrong = HexInput.ReadAddress(ref json, out Address address);
            error ??= wrong;
            json.Read();
            wrong = ReadAccount(ref json, out AccountOverride account);
            error ??= wrong;
            overrides.Set(address, account);
        }
        return error;
    }

    private static string? ReadAccount(ref Utf8JsonReader json, out AccountOverride account)
    {
        account = new AccountOverride();
        if (json.TokenType != JsonTokenType.StartObject) return Unexpected(ref json, "override.OverrideAccount");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Null) continue;
            string? wrong = ReadField(ref json, name, ref account);
            error ??= wrong;
        }
        return error;
    }

    private static string? ReadField(ref Utf8JsonReader json, string name, ref AccountOverride account)
    {
        string? error;
        switch (name)
        {
            case "nonce":
                error = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out ulong nonce);
                account = account with { Nonce = nonce };
                return error;
            case "balance":
                error = HexInput.ReadWord(ref json, out UInt256 balance);
                account = account with { Balance = balance };
                return error;
            case "code":
                error = HexInput.ReadBytes(ref json, out byte[] code);
                account = account with { Code = code };
                return error;
            case "state":
                error = ReadSlots(ref json, out List<(UInt256, UInt256)> state);
                account = account with { State = state };
                return error;
            case "stateDiff":
                error = ReadSlots(ref json, out List<(UInt256, UInt256)> diff);
                account = account with { StateDiff = diff };
                return error;
            case "movePrecompileToAddress":
                error = HexInput.ReadAddress(ref json, out Address target);
                account = account with { MovePrecompileTo = target };
                return error;
            default:
                json.Skip();
                return null;
        }
    }

    private static string? ReadSlots(ref Utf8JsonReader json, out List<(UInt256 Slot, UInt256 Value)> slots)
    {
        slots = [];
        if (json.TokenType != JsonTokenType.StartObject) return Unexpected(ref json, "map[common.Hash]common.Hash");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string? wrong = HexInput.ReadHash(ref json, out Hash256 slot);
            error ??= wrong;
            json.Read();
            wrong = HexInput.ReadHash(ref json, out Hash256 value);
            error ??= wrong;
            slots.Add((new UInt256(slot.Span), new UInt256(value.Span)));
        }
        return error;
    }

    public static string Unexpected(ref Utf8JsonReader json, string type)
    {
        string kind = HexInput.KindOf(json.TokenType);
        json.Skip();
        return HexInput.Wrap(kind, type);
    }
}

/// <summary>Reads block overrides; null, or the error in geth's words.</summary>
internal static class BlockOverridesInput
{
    public static string? Read(ref Utf8JsonReader json, out BlockOverrides overrides)
    {
        overrides = new BlockOverrides();
        if (json.TokenType != JsonTokenType.StartObject) return StateOverridesInput.Unexpected(ref json, "override.BlockOverrides");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Null) continue;
            string? wrong = ReadField(ref json, name, ref overrides);
            error ??= wrong;
        }
        return error;
    }

    private static string? ReadField(ref Utf8JsonReader json, string name, ref BlockOverrides overrides)
    {
        string? error = null;
        switch (name)
        {
            case "number":
                error = HexInput.ReadWord(ref json, out UInt256 number);
                overrides = overrides with { Number = number.IsUInt64 ? number.U0 : ulong.MaxValue };
                break;
            case "difficulty":
                error = HexInput.ReadWord(ref json, out UInt256 difficulty);
                overrides = overrides with { Difficulty = difficulty };
                break;
            case "time":
                error = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out ulong time);
                overrides = overrides with { Time = time };
                break;
            case "gasLimit":
                error = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out ulong gas);
                overrides = overrides with { GasLimit = gas };
                break;
            case "feeRecipient":
                error = HexInput.ReadAddress(ref json, out Address recipient);
                overrides = overrides with { FeeRecipient = recipient };
                break;
            case "prevRandao":
                error = HexInput.ReadHash(ref json, out Hash256 random);
                overrides = overrides with { PrevRandao = random };
                break;
            case "baseFeePerGas":
                error = HexInput.ReadWord(ref json, out UInt256 baseFee);
                overrides = overrides with { BaseFeePerGas = baseFee };
                break;
            case "blobBaseFee":
                error = HexInput.ReadWord(ref json, out UInt256 blobFee);
                overrides = overrides with { BlobBaseFee = blobFee };
                break;
            case "beaconRoot":
                error = HexInput.ReadHash(ref json, out Hash256 root);
                overrides = overrides with { BeaconRoot = root };
                break;
            case "withdrawals":
                error = ReadWithdrawals(ref json, out List<Withdrawal> withdrawals);
                overrides = overrides with { Withdrawals = withdrawals };
                break;
            default:
                json.Skip();
                break;
        }
        return error;
    }

    private static string? ReadWithdrawals(ref Utf8JsonReader json, out List<Withdrawal> withdrawals)
    {
        withdrawals = [];
        if (json.TokenType != JsonTokenType.StartArray) return StateOverridesInput.Unexpected(ref json, "types.Withdrawals");
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? wrong = ReadWithdrawal(ref json, out Withdrawal withdrawal);
            error ??= wrong;
            withdrawals.Add(withdrawal);
        }
        return error;
    }

    private static string? ReadWithdrawal(ref Utf8JsonReader json, out Withdrawal withdrawal)
    {
        withdrawal = new Withdrawal(0, 0, default, 0);
        if (json.TokenType != JsonTokenType.StartObject) return StateOverridesInput.Unexpected(ref json, "types.Withdrawal");
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            string? wrong = null;
            if (name == "address")
            {
                wrong = HexInput.ReadAddress(ref json, out Address address);
                withdrawal = withdrawal with { Address = address };
            }
            else if (name is "index" or "validatorIndex" or "amount")
            {
                wrong = HexInput.ReadQuantity(ref json, HexInput.Uint64Type, out ulong number);
                withdrawal = name == "index" ? withdrawal with { Index = number }
                    : name == "amount" ? withdrawal with { Amount = number } : withdrawal with { Validator = number };
            }
            else json.Skip();
            error ??= wrong;
        }
        return error;
    }
}
