using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What the methods answer from.</summary>
internal sealed class RpcNode
{
    public RpcNode(EthereumLedger ledger, LedgerServices services)
    {
        Ledger = ledger;
        Services = services;
        Chain = new ChainQueries(ledger, services.History);
        Blocks = new BlockSignal();
        Subscriptions = new SubscriptionHub(this);
        Filters = new FilterTable(services.Node);
        ledger.BlockApplied += _ =>
        {
            Blocks.Raise();
            Subscriptions.Wake();
        };
    }

    public EthereumLedger Ledger { get; }
    public EthereumSettings Settings => Ledger.Settings;
    public LedgerServices Services { get; }
    public ChainQueries Chain { get; }
    public BlockSignal Blocks { get; }
    public SubscriptionHub Subscriptions { get; }
    public FilterTable Filters { get; }

    /// <summary>The newest committed block's number.</summary>
    public ulong HeadNumber
    {
        get
        {
            if (Chain.Head is { } head) return head.Number;
            using ICommittedView view = Services.State.Open();
            return view.Version.Value;
        }
    }

    public ValueTask<EthereumBlock?> BlockAsync(BlockReference block, CancellationToken cancellation) => block.Tag switch
    {
        BlockTag.Hash => Chain.BlockAsync(block.Hash, cancellation),
        BlockTag.Number => Chain.BlockAsync(block.Number, cancellation),
        BlockTag.Earliest => Chain.BlockAsync(0, cancellation),
        _ => ValueTask.FromResult(Chain.Head),
    };

    /// <summary>The block that the newest state belongs to.</summary>
    public (BlockHeader Header, Hash256 Hash) HeaderOf(ICommittedView view)
    {
        if (Ledger.Chain.Recent(view.Version.Value) is { } block) return (block.Header, block.Hash);
        // The store shows a version a moment before the index does, and a snapshot comes without blocks.
        HeadRecord.TryGet(view, out HeadRecord head);
        return (BlockDraft.Of(Settings, head.Number, head.Timestamp, head.BaseFee, default), default);
    }

    public BlockEnvironment Environment(StateQueries queries, ICommittedView view)
    {
        (BlockHeader header, Hash256 hash) = HeaderOf(view);
        return queries.Environment(header, hash);
    }

    /// <summary>Opens the state of a block. Only the newest is kept: for older ones geth's error of a pruned node.</summary>
    public RpcError? OpenState(BlockReference block, out ICommittedView view)
    {
        view = Services.State.Open();
        RpcError? error = Check(block, view);
        if (error is not null) view.Dispose();
        return error;
    }

    private RpcError? Check(BlockReference block, ICommittedView view)
    {
        ulong version = view.Version.Value;
        switch (block.Tag)
        {
            case BlockTag.Number when block.Number > version: return RpcError.HeaderNotFound;
            case BlockTag.Number: return block.Number == version ? null : Pruned(block.Number);
            case BlockTag.Earliest: return version == 0 ? null : Pruned(0);
            case BlockTag.Hash: return CheckHash(block.Hash, version);
            default: return null;
        }
    }

    private RpcError? CheckHash(in Hash256 hash, ulong version)
    {
        if (Ledger.Chain.Recent(version) is { } newest && newest.Hash == hash) return null;
        var candidates = new List<(BatchNumber Number, int Position)>();
        Ledger.Chain.FindBlock(hash, candidates);
        return candidates.Count == 0 ? RpcError.Of("header for hash not found") : Pruned(candidates[0].Number.Value);
    }

    private RpcError Pruned(ulong number)
    {
        if (Ledger.Chain.Recent(number) is not { } block) return RpcError.Of($"historical state of block {number} is not available");
        string root = block.Header.StateRoot.ToString();
        return RpcError.Of($"missing trie node {root[2..]} (path ) state {root} is not available");
    }
}
