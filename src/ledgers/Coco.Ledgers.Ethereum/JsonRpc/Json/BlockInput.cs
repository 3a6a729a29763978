using System.Text;
using System.Text.Json;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

internal enum BlockTag : byte
{
    Latest,
    Earliest,
    Pending,
    Number,
    Hash,
}

/// <summary>Which block a client means. Safe and finalized are the latest: all that is committed is final.</summary>
internal readonly record struct BlockReference(BlockTag Tag, ulong Number = 0, Hash256 Hash = default)
{
    public bool IsNewest => Tag is BlockTag.Latest or BlockTag.Pending;
}

/// <summary>Reads block parameters; null, or the error in geth's words.</summary>
internal static class BlockInput
{
    public static string? ReadNumber(ref Utf8JsonReader json, out BlockReference block)
    {
        block = default;
        if (json.TokenType == JsonTokenType.Null) return null;
        if (!HexInput.TryText(ref json, out ReadOnlySpan<byte> text)) return "hex string without 0x prefix";
        return ParseNumber(text, out block);
    }

    /// <summary>Tag, number, hash, or an object of EIP-1898.</summary>
    public static string? Read(ref Utf8JsonReader json, out BlockReference block)
    {
        block = default;
        if (json.TokenType == JsonTokenType.StartObject) return ReadObject(ref json, out block);
        if (!HexInput.TryText(ref json, out ReadOnlySpan<byte> text)) return StateOverridesInput.Unexpected(ref json, "string");
        if (text.Length != 2 + (Hash256.Size * 2)) return ParseNumber(text, out block);
        string? error = HexInput.ReadHash(ref json, out Hash256 hash);
        block = new BlockReference(BlockTag.Hash, 0, hash);
        return error;
    }

    private static string? ParseNumber(ReadOnlySpan<byte> text, out BlockReference block)
    {
        block = default;
        if (text.SequenceEqual("latest"u8) || text.SequenceEqual("safe"u8) || text.SequenceEqual("finalized"u8)) return null;
        if (text.SequenceEqual("pending"u8)) block = new BlockReference(BlockTag.Pending);
        else if (text.SequenceEqual("earliest"u8)) block = new BlockReference(BlockTag.Earliest);
        else
        {
            if (HexInput.ParseQuantity(text, out ulong number) is { } error) return error;
            if (number > long.MaxValue) return "block number larger than int64";
            block = new BlockReference(BlockTag.Number, number);
        }
        return null;
    }

    private static string? ReadObject(ref Utf8JsonReader json, out BlockReference block)
    {
        block = default;
        bool hasNumber = false, hasHash = false;
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isNumber = json.ValueTextEquals("blockNumber"u8), isHash = json.ValueTextEquals("blockHash"u8);
            json.Read();
            if (json.TokenType == JsonTokenType.Null || !(isNumber || isHash))
            {
                json.Skip();
                continue;
            }
            hasNumber |= isNumber;
            hasHash |= isHash;
            if (isNumber)
            {
                string? wrong = ReadNumber(ref json, out block);
                error ??= wrong;
            }
            else
            {
                string? wrong = HexInput.ReadHash(ref json, out Hash256 hash);
                error ??= wrong;
                block = new BlockReference(BlockTag.Hash, 0, hash);
            }
        }
        if (hasNumber && hasHash) return "cannot specify both BlockHash and BlockNumber, choose one or the other";
        return error ?? (hasNumber || hasHash ? null : "block number or hash missing");
    }
}
