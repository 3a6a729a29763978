using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What the methods answer from.</summary>
internal sealed class RpcNode
{
    private readonly PastStates _past;

    public RpcNode(EthereumLedger ledger, LedgerServices services)
    {
        Ledger = ledger;
        Services = services;
        Chain = new ChainQueries(ledger, services.History, services.Index);
        _past = new PastStates(services.History, services.Index);
        Blocks = new BlockSignal();
        Subscriptions = new SubscriptionHub(this);
        Filters = new FilterTable(services.Node);
        Calls = new Turns(services.Calls);
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

    /// <summary>Where what executes or searches is done.</summary>
    public Turns Calls { get; }

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

    /// <summary>The oldest block whose state can be read.</summary>
    public ulong OldestState => OldestOf(HeadNumber);

    public ValueTask<EthereumBlock?> BlockAsync(BlockReference block, CancellationToken cancellation) => block.Tag switch
    {
        BlockTag.Hash => BlockAsync(block.Hash, cancellation),
        BlockTag.Number => Chain.BlockAsync(block.Number, cancellation),
        BlockTag.Earliest => Chain.BlockAsync(0, cancellation),
        _ => ValueTask.FromResult(Chain.Head),
    };

    /// <summary>The block that holds a transaction, and its place there; null: none does, and that is certain.</summary>
    public async ValueTask<(EthereumBlock Block, int Position)?> TransactionAsync(Hash256 hash, CancellationToken cancellation)
    {
        (EthereumBlock Block, int Position)? found = await Chain.TransactionAsync(hash, cancellation);
        if (found is null) Chain.RequireAllIndexed();
        return found;
    }

    private async ValueTask<EthereumBlock?> BlockAsync(Hash256 hash, CancellationToken cancellation)
    {
        EthereumBlock? block = await Chain.BlockAsync(hash, cancellation);
        if (block is null) Chain.RequireAllIndexed();
        return block;
    }

    /// <summary>The block that a state belongs to.</summary>
    public (BlockHeader Header, Hash256 Hash) HeaderOf(ICommittedView view)
    {
        ulong number = view.Version.Value;
        if (Ledger.Chain.RecentHeader(number) is { } recent) return recent;
        if (view is PastState && PatientThreads.Wait(() => Chain.BlockAsync(number, CancellationToken.None)) is { } old)
            return (old.Header, old.Hash);
        // The store shows a version a moment before the index does, and a snapshot comes without blocks.
        HeadRecord.TryGet(view, out HeadRecord head);
        return (BlockDraft.Of(Settings, head.Number, head.Timestamp, head.BaseFee, default), default);
    }

    /// <summary>The same of any state that can be opened.</summary>
    public async ValueTask<(BlockHeader Header, Hash256 Hash)> HeaderOfAsync(ICommittedView view, CancellationToken cancellation)
    {
        ulong number = view.Version.Value;
        bool isOld = Ledger.Chain.RecentHeader(number) is null && Chain.Head is { } head && head.Number > number;
        if (isOld && await Chain.BlockAsync(number, cancellation) is { } block) return (block.Header, block.Hash);
        return HeaderOf(view);
    }

    /// <summary>The hash of a block that comes before the state of the view; zero where it is too old to be known.</summary>
    public Hash256 HashBefore(IReadView view, ulong number) =>
        Ledger.Chain.RecentHeader(number)?.Hash ?? BlockExecutor.FindHash(view, number);

    /// <summary>Opens the state after a block; dispose the view soon. An error where the block or its state is not there.</summary>
    public RpcError? OpenState(BlockReference block, out ICommittedView view)
    {
        ICommittedView newest = Services.State.Open();
        RpcError? error = NumberOf(block, newest.Version.Value, out ulong number);
        if (error is not null)
        {
            newest.Dispose();
            view = null!;
            return error;
        }
        return OpenState(number, newest, out view);
    }

    /// <summary>
    /// Opens the state after the block with this number: what re-execution of the block after it begins with. Reads of past states
    /// may wait for the ledger files, so such a view is for one thread at a time, and <see cref="IReadView.TryGetNext"/> of it is
    /// not to be used.
    /// </summary>
    public RpcError? OpenStateAfter(ulong number, out ICommittedView view) => OpenState(number, Services.State.Open(), out view);

    private RpcError? OpenState(ulong number, ICommittedView newest, out ICommittedView view)
    {
        view = newest;
        ulong version = newest.Version.Value;
        if (number == version) return null;
        if (number < version && Services.State.Open(new BatchNumber(number)) is { } kept)
        {
            newest.Dispose();
            view = kept;
            return null;
        }
        bool isKept = Services.Index.Covered is not null && number >= OldestOf(version);
        RpcError? error = number > version ? RpcError.HeaderNotFound : !isKept ? Pruned(number)
            : PatientThreads.IsHere ? null : RpcError.NeedsPatience;
        if (error is null) view = _past.Open(number, newest);
        else newest.Dispose();
        return error;
    }

    /// <summary>Proves an account and slots in the state of a view (EIP-1186). Throws <see cref="HistoryUnavailableException"/> for one too far back.</summary>
    public StateProof Prove(ICommittedView view, in Address address, IReadOnlyList<UInt256> slots)
    {
        if (view is not PastState past) return Ledger.Prove(address, slots);
        PastChanges changes = _past.ChangesSince(past);
        // Each turn goes on to a newer block, and the changes end after so many.
        for (ulong newest = past.Newest.Version.Value; ;)
        {
            changes.Extend(newest);
            if (Ledger.ProvePast(changes, address, slots, out newest) is { } proof) return proof;
        }
    }

    private ulong OldestOf(ulong version) =>
        Settings.StateHistory is not { } blocks ? 0 : version - Math.Min(version, blocks);

    private RpcError? NumberOf(BlockReference block, ulong newest, out ulong number)
    {
        number = newest;
        switch (block.Tag)
        {
            case BlockTag.Number: number = block.Number; break;
            case BlockTag.Earliest: number = 0; break;
            case BlockTag.Hash: return NumberOf(block.Hash, newest, out number);
        }
        return null;
    }

    private RpcError? NumberOf(in Hash256 hash, ulong newest, out ulong number)
    {
        number = newest;
        if (Ledger.Chain.RecentHeader(newest) is { } recent && recent.Hash == hash) return null;
        if (!PatientThreads.IsHere) return RpcError.NeedsPatience;
        Hash256 wanted = hash;
        if (PatientThreads.Wait(() => Chain.BlockAsync(wanted, CancellationToken.None)) is not { } found)
            return RpcError.Of("header for hash not found");
        number = found.Number;
        return null;
    }

    /// <summary>What a pruned geth says.</summary>
    private RpcError Pruned(ulong number)
    {
        if (Ledger.Chain.RecentHeader(number) is not { } recent) return RpcError.Of($"historical state of block {number} is not available");
        string root = recent.Header.StateRoot.ToString();
        return RpcError.Of($"missing trie node {root[2..]} (path ) state {root} is not available");
    }
}
