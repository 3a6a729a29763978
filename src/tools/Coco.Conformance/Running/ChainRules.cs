using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>The rules of a test's network: one fork, or two with a transition between them (<c>BerlinToLondonAt5</c>).</summary>
public sealed class ChainRules
{
    private readonly EvmFork _before, _after;
    private readonly string _beforeName, _afterName;
    private readonly ulong _atNumber, _atTime;
    private readonly UInt256 _atDifficulty;

    private ChainRules(string beforeName, EvmFork before, string afterName, EvmFork after, ulong number, ulong time, in UInt256 difficulty)
    {
        (_beforeName, _before, _afterName, _after) = (beforeName, before, afterName, after);
        (_atNumber, _atTime, _atDifficulty) = (number, time, difficulty);
    }

    /// <summary>The block at which the DAO's accounts are moved (EIP-779); null where that never happens.</summary>
    public ulong? DaoBlock { get; private init; }

    /// <summary>Where the test says how many blobs its blocks may hold; null: as on the mainnet.</summary>
    private JsonElement? Config { get; init; }

    /// <summary>Null where a name is not known.</summary>
    public static ChainRules? Read(string network, JsonElement? config = null)
    {
        int to = network.IndexOf("To", StringComparison.Ordinal), at = network.LastIndexOf("At", StringComparison.Ordinal);
        if (to < 0 || at < to) return ForkNames.TryGet(network, out EvmFork only) ? new ChainRules(network, only, network, only, 0, 0, default) { Config = config } : null;
        string before = network[..to], after = network[(to + 2)..at], place = network[(at + 2)..];
        if (!ForkNames.TryGet(before, out EvmFork first) || !ForkNames.TryGet(after, out EvmFork second)) return null;
        if (place.StartsWith("Time", StringComparison.Ordinal))
            return ReadNumber(place[4..]) is { } time ? new ChainRules(before, first, after, second, 0, time, default) { Config = config } : null;
        if (place.StartsWith("Diff", StringComparison.Ordinal))
            return UInt256.TryParse("0x" + place[4..], out UInt256 total) ? new ChainRules(before, first, after, second, 0, 0, total) { Config = config } : null;
        if (ReadNumber(place) is not { } number) return null;
        return new ChainRules(before, first, after, second, number, 0, default) { Config = config, DaoBlock = after == "Dao" ? number : null };
    }

    /// <summary>The rules of a block; <paramref name="parentTotal"/> is the total difficulty of its parent.</summary>
    public EvmFork ForkAt(BlockHeader header, in UInt256 parentTotal) => IsAfter(header, parentTotal) ? _after : _before;

    public BlobParameters BlobsAt(BlockHeader header, in UInt256 parentTotal) =>
        ForkNames.Blobs(IsAfter(header, parentTotal) ? _afterName : _beforeName, Config);

    private bool IsAfter(BlockHeader header, in UInt256 parentTotal) =>
        header.Number >= _atNumber && header.Timestamp >= _atTime && parentTotal >= _atDifficulty;

    private static ulong? ReadNumber(string text)
    {
        bool isThousands = text.EndsWith('k');
        return ulong.TryParse(isThousands ? text[..^1] : text, out ulong number) ? number * (isThousands ? 1_000UL : 1UL) : null;
    }
}
