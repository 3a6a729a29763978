using System.Security.Cryptography;
using System.Text.Json;
using Coco.Governance;
using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Audit;

/// <summary>The ledgers of this build, as a replay needs them: without clients.</summary>
internal static class ReplayLedgers
{
    private static readonly ILedgerFactory[] Known =
    [
        new KeyValueLedgerFactory(),
        new EthereumLedgerFactory((_, _) => throw new InvariantException("a replay serves no clients")),
    ];

    /// <summary>The ledger that the constitution names, from its settings; throws <see cref="InvalidDataException"/> where that can't be.</summary>
    public static ILedger Create(LedgerSettings settings, ReadOnlyMemory<byte>? genesis)
    {
        ILedgerFactory factory = Known.FirstOrDefault(known => known.Name == settings.Name)
            ?? throw new InvalidDataException(
                $"The ledger is of the kind '{settings.Name}'; this program knows {string.Join(", ", Known.Select(known => known.Name))}.");
        return factory.TryCreate(Resolve(settings.Settings, genesis), out ILedger? ledger, out string? error) ? ledger!
            : throw new InvalidDataException($"The ledger's settings are refused: {error}");
    }

    /// <summary>Whether each request carries its sender's signature.</summary>
    public static bool HasSignedRequests(ILedger ledger) => ledger is EthereumLedger;

    /// <summary>For Ethereum the root in the last block's header; for others the digest of the whole state.</summary>
    public static Hash256 StateRootOf(ILedger ledger, VersionedStore store, ReadOnlySpan<byte> lastResults)
    {
        var reader = new SpanReader(lastResults);
        if (ledger is EthereumLedger && ResultsCodec.TryReadHead(ref reader, out ResultsHead head)) return head.StateRoot;
        using StoreView view = store.OpenCommitted();
        return store.ComputeDigest(view);
    }

    /// <summary>Large settings stand in the constitution by their digest.</summary>
    private static ReadOnlyMemory<byte> Resolve(ReadOnlyMemory<byte> settings, ReadOnlyMemory<byte>? genesis)
    {
        using JsonDocument document = JsonDocument.Parse(settings, new JsonDocumentOptions { MaxDepth = 32 });
        if (!document.RootElement.TryGetProperty("genesisSha256", out JsonElement named)) return settings;
        if (genesis is not { } file)
            throw new InvalidDataException($"The constitution names a genesis file with SHA-256 {named.GetString()}: give it with --genesis.");
        string digest = "0x" + Convert.ToHexStringLower(SHA256.HashData(file.Span));
        return digest == named.GetString() ? file
            : throw new InvalidDataException($"The genesis file has the SHA-256 {digest}, the constitution names {named.GetString()}.");
    }
}
