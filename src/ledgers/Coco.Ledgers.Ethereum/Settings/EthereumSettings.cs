using System.Globalization;
using System.Text.Json;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>How the price of gas moves.</summary>
public enum BaseFeePolicy : byte
{
    /// <summary>Always zero: nobody needs coins to transact.</summary>
    Zero,

    /// <summary>EIP-1559, as on the mainnet.</summary>
    Dynamic,
}

/// <summary>
/// The settings of the ledger in the constitution: a genesis file as geth writes it, or the same fields without <c>config</c>;
/// and what a Coco network adds (<c>baseFee</c>, <c>confirmations</c>, <c>maxTransactionBytes</c>,
/// <c>stateHistory</c>). Unknown fields are left alone.
/// </summary>
public sealed record EthereumSettings
{
    public const ulong DefaultGasLimit = 1_000_000_000;

    /// <summary>As geth's pool: four slots of 32 KiB.</summary>
    public const int DefaultMaxTransactionBytes = 128 * 1024;

    /// <summary>As geth's: what tools that look a little back need.</summary>
    public const ulong DefaultStateHistory = 128;

    public required ulong ChainId { get; init; }
    public required ForkSchedule Forks { get; init; }
    public required IReadOnlyList<GenesisAccount> Alloc { get; init; }

    /// <summary>Of the first block: gas limit, time, difficulty, base fee and the like; its roots and hash come from execution.</summary>
    public required BlockHeader Genesis { get; init; }

    public ulong GasLimit => Genesis.GasLimit;
    public BaseFeePolicy BaseFee { get; init; }
    public int MaxTransactionBytes { get; init; } = DefaultMaxTransactionBytes;

    /// <summary>Blocks before the newest whose states are answered from; null: all of them.</summary>
    public ulong? StateHistory { get; init; } = DefaultStateHistory;

    public int ConfirmationBatches { get; init; } = 5;
    public int ConfirmationIntervalMs { get; init; } = 200;

    /// <summary>Reads the settings (UTF-8 JSON); the error names the field.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, out EthereumSettings? settings, out string? error)
    {
        settings = null;
        error = null;
        try
        {
            Range alloc = GenesisAllocReader.Find(json.Span);
            ReadOnlyMemory<byte> rest = Without(json, alloc);
            using JsonDocument document = JsonDocument.Parse(rest, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            settings = Read(new SettingsField(document.RootElement, "")) with { Alloc = GenesisAllocReader.Read(json.Span[alloc]) };
            return true;
        }
        catch (JsonException broken)
        {
            error = $"settings: no JSON: {broken.Message}";
        }
        catch (SettingsException wrong)
        {
            error = wrong.Message;
        }
        return false;
    }

    /// <summary>The genesis state, which may be large, is read by itself.</summary>
    private static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> json, Range alloc)
    {
        (int start, int length) = alloc.GetOffsetAndLength(json.Length);
        return length == 0 ? json : (byte[])[.. json.Span[..start], .. "null"u8, .. json.Span[(start + length)..]];
    }

    private static EthereumSettings Read(SettingsField root)
    {
        SettingsField config = root.Find("config") ?? root;
        SettingsField? chainId = root.Find("chainId") ?? config.Find("chainId");
        ForkSchedule forks = ForkScheduleReader.Read(config);
        SettingsField? confirmations = root.Find("confirmations");
        return new EthereumSettings
        {
            ChainId = (chainId ?? throw root.Wrong("chainId is missing")).UInt64(),
            Forks = forks,
            Alloc = [],
            BaseFee = ReadBaseFee(root),
            Genesis = ReadGenesis(root, forks),
            MaxTransactionBytes = ReadInt(root.Find("maxTransactionBytes"), DefaultMaxTransactionBytes, 1, 1 << 20),
            StateHistory = ReadStateHistory(root),
            ConfirmationBatches = ReadInt(confirmations?.Find("batches"), 5, 0, 1_000),
            ConfirmationIntervalMs = ReadInt(confirmations?.Find("intervalMs"), 200, 1, 60_000),
        };
    }

    private static int ReadInt(SettingsField? field, int fallback, int least, int most)
    {
        if (field is not { } given) return fallback;
        ulong value = given.UInt64();
        return value >= (ulong)least && value <= (ulong)most ? (int)value : throw given.Wrong($"must be from {least} to {most}");
    }

    private static ulong? ReadStateHistory(SettingsField root)
    {
        if (root.Find("stateHistory") is not { } field) return DefaultStateHistory;
        string text = field.Text();
        if (text == "archive") return null;
        const string Latest = "latest ";
        return text.StartsWith(Latest, StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(Latest.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ulong blocks)
            ? blocks : throw field.Wrong("must be \"archive\" or \"latest N\", N blocks");
    }

    private static BaseFeePolicy ReadBaseFee(SettingsField root)
    {
        if (root.Find("baseFee") is not { } field) return BaseFeePolicy.Zero;
        string text = field.Value.ValueKind == JsonValueKind.String ? field.Text() : field.Value.GetRawText();
        return text switch
        {
            "zero" or "0" or "0x0" => BaseFeePolicy.Zero,
            "dynamic" or "eip1559" => BaseFeePolicy.Dynamic,
            _ => throw field.Wrong("must be \"zero\" or \"dynamic\""),
        };
    }

    private static BlockHeader ReadGenesis(SettingsField root, ForkSchedule forks)
    {
        ulong number = root.Find("number")?.UInt64() ?? 0;
        if (number != 0) throw root.Find("number")!.Value.Wrong("must be 0");
        ulong time = root.Find("timestamp")?.UInt64() ?? 0;
        ulong gasLimit = root.Find("gasLimit")?.UInt64() ?? DefaultGasLimit;
        if (gasLimit is 0 or > long.MaxValue / 4) throw root.Find("gasLimit")!.Value.Wrong("must be from 1 to 2^61");
        EvmFork fork = forks.ForkAt(0, time);
        UInt256 baseFee = root.Find("baseFeePerGas")?.Word()
            ?? (ReadBaseFee(root) == BaseFeePolicy.Dynamic ? BaseFees.Initial : default(UInt256));
        return new BlockHeader
        {
            ParentHash = root.Find("parentHash")?.Hash() ?? default,
            Beneficiary = root.Find("coinbase")?.Address() ?? default,
            Difficulty = root.Find("difficulty")?.Word() ?? default,
            GasLimit = gasLimit,
            GasUsed = root.Find("gasUsed")?.UInt64() ?? 0,
            Timestamp = time,
            ExtraData = root.Find("extraData")?.Bytes() ?? [],
            MixHash = (root.Find("mixHash") ?? root.Find("mixhash"))?.Hash() ?? default,
            Nonce = root.Find("nonce")?.UInt64() ?? 0,
            BaseFeePerGas = fork >= EvmFork.London ? baseFee : null,
            WithdrawalsRoot = fork >= EvmFork.Shanghai ? NodeReference.EmptyRoot : null,
            BlobGasUsed = fork >= EvmFork.Cancun ? root.Find("blobGasUsed")?.UInt64() ?? 0 : null,
            ExcessBlobGas = fork >= EvmFork.Cancun ? root.Find("excessBlobGas")?.UInt64() ?? 0 : null,
            ParentBeaconBlockRoot = fork >= EvmFork.Cancun ? root.Find("parentBeaconBlockRoot")?.Hash() ?? default(Hash256) : null,
            RequestsHash = fork >= EvmFork.Prague ? BlockHeader.EmptyRequestsHash : null,
        };
    }
}
