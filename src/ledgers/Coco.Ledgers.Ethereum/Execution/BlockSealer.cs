using System.Collections.Concurrent;
using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>The account and slots of a proof (EIP-1186) and the root that it leads to.</summary>
public sealed record StateProof(
    ulong Number, Hash256 StateRoot, AccountRecord Account, Hash256 StorageRoot, IReadOnlyList<byte[]> AccountNodes,
    IReadOnlyList<(UInt256 Slot, UInt256 Value, IReadOnlyList<byte[]> Nodes)> Slots);

/// <summary>
/// Owns the trie. Blocks are sealed in order on the sealing thread; the executor may come first for a block whose hash the next
/// one needs. Since leadership can be lost between sealing and commit, blocks above the committed ones can be taken back: each
/// seal first moves the trie to the block's parent.
/// </summary>
internal sealed class BlockSealer
{
    private readonly Lock _gate = new();
    private readonly TrieUpdater _updater = new();

    /// <summary>Blocks that the trie holds above <see cref="_settled"/>, oldest first.</summary>
    private readonly List<ExecutedBlock> _applied = [];

    /// <summary>Outside the gate, so that the executor never waits for hashing when a batch arrives.</summary>
    private readonly ConcurrentQueue<BatchRecord> _arrived = [];

    /// <summary>The last block whose changes cannot be taken back; null before the first.</summary>
    private ulong? _settled;

    /// <summary>A state that came as a snapshot and has no trie yet: of which block, and that block's root.</summary>
    private (StoreView State, ulong Number, Hash256 Root)? _restored;

    /// <summary>What was found to differ from the ledger; this node must stop.</summary>
    private string? _difference;

    /// <summary>Memory of the trie's nodes; from any thread, then approximate.</summary>
    public long TrieBytes => _updater.Trie.Bytes;

    /// <summary>Gives the block its roots and hash.</summary>
    public EthereumBlock Seal(ExecutedBlock block)
    {
        if (block.IsCommitted && block.Block is { } known) return known;
        lock (_gate)
        {
            MoveTo(block);
            return block.Block ??= Finish(block);
        }
    }

    /// <summary>A block that another VN executed is committed.</summary>
    public void Arrived(BatchRecord record) => _arrived.Enqueue(record);

    /// <summary>How many blocks the trie is behind.</summary>
    public int Behind => _arrived.Count;

    /// <summary>Applies what has arrived and compares the root of the last one; null when all is well.</summary>
    public string? Settle()
    {
        lock (_gate) return TakeArrived();
    }

    /// <summary>A state came as a snapshot. Its trie takes seconds at a gigabyte, and is built when it is needed, or by the next settle.</summary>
    public void Restored(StoreView state, ulong number, Hash256 root)
    {
        lock (_gate) _restored = (state, number, root);
    }

    /// <summary>Builds the trie of a state; gives its root.</summary>
    public Hash256 Rebuild(IReadView view, ulong number)
    {
        lock (_gate)
        {
            Invariant.Holds(_settled is null && _applied.Count == 0, "a snapshot is taken in before the first block");
            _updater.Rebuild(view);
            _settled = number;
            return _updater.Trie.Root();
        }
    }

    /// <summary>Proves an account and slots in the committed state.</summary>
    public StateProof Prove(in Address address, IReadOnlyList<UInt256> slots)
    {
        lock (_gate)
        {
            CatchUp();
            Trim();
            while (_applied.Count > 0) TakeBack();
            return Prove(_updater.Trie.Root(), address, slots);
        }
    }

    /// <summary>
    /// Proves in a past state: the trie is taken back to it by <paramref name="changes"/> and forth again. Null where the trie is that of
    /// a newer block than they reach, which <paramref name="settled"/> tells: blocks are read outside, so that sealing never waits for that.
    /// </summary>
    public StateProof? ProvePast(PastChanges changes, in Address address, IReadOnlyList<UInt256> slots, out ulong settled)
    {
        lock (_gate)
        {
            CatchUp();
            Trim();
            while (_applied.Count > 0) TakeBack();
            settled = _settled ?? 0;
            if (settled > changes.Reached) return null;
            StateDelta forth = _updater.Apply(changes.ToDelta(), isUndoWanted: true)!;
            StateProof proof = Prove(_updater.Trie.Root(), address, slots);
            _updater.Apply(forth, isUndoWanted: false);
            return proof;
        }
    }

    /// <summary>
    /// The state root after <paramref name="changes"/>, applied after <paramref name="back"/>, which takes the trie from block
    /// <paramref name="from"/> to an older one; the trie is left as it was. Null where the trie is not that of the block: then
    /// <paramref name="settled"/> tells of which it is.
    /// </summary>
    public Hash256? RootAfter(ulong from, StateDelta back, StateDelta changes, out ulong settled)
    {
        lock (_gate)
        {
            CatchUp();
            Trim();
            while (_applied.Count > 0) TakeBack();
            settled = _settled ?? 0;
            if (settled != from) return null;
            StateDelta undoBack = _updater.Apply(back, isUndoWanted: true)!;
            StateDelta undo = _updater.Apply(changes, isUndoWanted: true)!;
            Hash256 root = _updater.Trie.Root();
            _updater.Apply(undo, isUndoWanted: false);
            _updater.Apply(undoBack, isUndoWanted: false);
            return root;
        }
    }

    private StateProof Prove(in Hash256 root, in Address address, IReadOnlyList<UInt256> slots)
    {
        StateTrie trie = _updater.Trie;
        Hash256 key = StateTrie.KeyOf(address);
        var accountNodes = new List<byte[]>();
        trie.ProveAccount(key, accountNodes);
        bool exists = trie.TryGetAccount(key, out TrieAccount account);
        var proofs = new List<(UInt256, UInt256, IReadOnlyList<byte[]>)>();
        for (int i = 0; i < slots.Count; i++)
        {
            var nodes = new List<byte[]>();
            trie.ProveSlot(key, StateTrie.KeyOf(slots[i]), nodes);
            proofs.Add((slots[i], trie.GetSlot(key, StateTrie.KeyOf(slots[i])), nodes));
        }
        AccountRecord record = exists
            ? new AccountRecord(account.Nonce, account.Balance, account.CodeHash, account.StorageName)
            : new AccountRecord(0, default, AccountRecord.NoCode, 0);
        return new StateProof(_settled ?? 0, root, record, trie.StorageRoot(key), accountNodes, proofs);
    }

    private EthereumBlock Finish(ExecutedBlock block)
    {
        var transactions = new BlockTransaction[block.Included.Count];
        for (int i = 0; i < transactions.Length; i++)
        {
            var admitted = (AdmittedEthereumTransaction)block.Included[i];
            transactions[i] = new BlockTransaction(admitted.Transaction, admitted.Sender);
        }
        var reader = new SpanReader(block.Outcomes);
        Invariant.Holds(
            OutcomeReader.TryRead(ref reader, transactions.Length, out Outcome[] outcomes), "outcomes just written can be read");
        (BlockHeader header, TransactionReceipt[] receipts) = EthereumBlock.Derive(block.Draft, transactions, outcomes);
        header = header with
        {
            ParentHash = block.Parent?.Block?.Hash ?? block.BaseHash,
            StateRoot = _updater.Trie.Root(),
            GasUsed = block.Number == BatchNumber.Zero ? block.Draft.GasUsed : header.GasUsed,
        };
        return new EthereumBlock { Header = header, Hash = header.Hash(), Transactions = transactions, Receipts = receipts };
    }

    /// <summary>Makes the trie that of <paramref name="target"/>.</summary>
    private void MoveTo(ExecutedBlock target)
    {
        CatchUp();
        Trim();
        if (_settled is { } settled && target.Number.Value <= settled) return;
        var path = new List<ExecutedBlock>();
        ExecutedBlock? at = target;
        while (at is not null && !IsSettled(at) && !_applied.Contains(at))
        {
            path.Add(at);
            at = at.Parent;
        }
        int kept = at is null || IsSettled(at) ? 0 : _applied.IndexOf(at) + 1;
        while (_applied.Count > kept) TakeBack();
        for (int i = path.Count - 1; i >= 0; i--)
        {
            ExecutedBlock block = path[i];
            Invariant.Holds(block.Number.Value == Top() + 1, "blocks are sealed one after the other");
            block.Undo = _updater.Apply(block.Delta, isUndoWanted: true);
            _applied.Add(block);
            if (i > 0) block.Block ??= Finish(block);
        }
    }

    private bool IsSettled(ExecutedBlock block) => _settled is { } settled && block.Number.Value <= settled;

    private ulong Top() => _applied.Count > 0 ? _applied[^1].Number.Value : _settled ?? ulong.MaxValue;

    private void TakeBack()
    {
        ExecutedBlock last = _applied[^1];
        _updater.Apply(last.Undo!, isUndoWanted: false);
        last.Undo = null;
        _applied.RemoveAt(_applied.Count - 1);
    }

    /// <summary>Committed blocks cannot be taken back any more: what that needs is dropped.</summary>
    private void Trim()
    {
        int count = 0;
        while (count < _applied.Count && _applied[count].IsCommitted)
        {
            ExecutedBlock block = _applied[count++];
            _settled = block.Number.Value;
            block.Undo = null;
            block.BaseHash = block.Block?.Header.ParentHash ?? block.BaseHash;
            block.Parent = null;
        }
        _applied.RemoveRange(0, count);
    }

    /// <summary>Nothing is built on, and nothing proved of, a state that is not the ledger's.</summary>
    private void CatchUp()
    {
        if (TakeArrived() is { } difference) Invariant.Fail(difference);
    }

    private string? TakeArrived() => _difference ??= TakeRestored() ?? ApplyArrived();

    private string? TakeRestored()
    {
        if (_restored is not { } restored) return null;
        _restored = null;
        Hash256 root;
        using (restored.State) root = Rebuild(restored.State, restored.Number);
        return root == restored.Root ? null : $"block {restored.Number}: the state root of the snapshot is {root} and {restored.Root} in the ledger";
    }

    private string? ApplyArrived()
    {
        if (!_arrived.TryPeek(out BatchRecord? last)) return null;
        Trim();
        while (_applied.Count > 0) TakeBack();
        while (_arrived.TryPeek(out BatchRecord? record))
        {
            // A block of ours that is committed comes before, but stands to be sealed on the other thread.
            if (record.Number.Value != Top() + 1) break;
            last = record;
            _arrived.TryDequeue(out _);
            if (!StateDelta.TryRead(record.WriteSet.Span, out StateDelta delta)) return $"block {record.Number}: the write set is broken";
            _updater.Apply(delta, isUndoWanted: false);
            _settled = record.Number.Value;
        }
        if (last.Number.Value != _settled) return null;
        Hash256 root = _updater.Trie.Root();
        var reader = new SpanReader(last.Results.Span);
        if (!ResultsCodec.TryReadHead(ref reader, out ResultsHead head)) return $"block {last.Number}: the results are broken";
        return head.StateRoot == root ? null : $"block {last.Number}: the state root is {root} here and {head.StateRoot} in the ledger";
    }
}
