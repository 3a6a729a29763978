using Coco.Crypto;
using Coco.Ledgers;
using Coco.Log;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Audit;

/// <summary>
/// Executes one batch after the other as its record says, and compares. After a mismatch it goes on from the recorded write set,
/// so that one wrong batch does not make all later ones look wrong.
/// </summary>
internal sealed class BatchReplay(ILedger ledger, Action<LogIndex, BatchClaims>? executed) : IDisposable
{
    private readonly VersionedStore _store = new(ledger.Description.Maps);
    private readonly bool _isSigned = ReplayLedgers.HasSignedRequests(ledger);
    private readonly ByteWriter _writeSet = new(1 << 16);
    private readonly ByteWriter _results = new(1 << 16);
    private readonly List<Hash256> _ids = [];
    private ReadOnlyMemory<byte> _lastResults;

    public ulong Transactions { get; private set; }
    public ulong SignaturesChecked { get; private set; }

    /// <summary>Null before the first batch.</summary>
    public Hash256? StateRoot => _store.Committed is null ? null : ReplayLedgers.StateRootOf(ledger, _store, _lastResults.Span);

    /// <summary>What differs, or null. False in <paramref name="canGoOn"/>: the recorded write set does not fit the state either.</summary>
    public string? Run(LogIndex index, BatchPublicPart part, ReadOnlyMemory<byte> encoded, out bool canGoOn)
    {
        canGoOn = false;
        if (!BatchRecord.TryDecode(encoded, out BatchRecord? record)) return "record";
        if (record!.Number != part.Number || record.Requests.Count != part.Transactions) return "publicPart";
        Transactions += (ulong)record.Requests.Count;
        string? difference = Execute(index, record, part.Claims);
        canGoOn = difference is null || TakeRecorded(index, record);
        _lastResults = record.Results.ToArray();
        return difference;
    }

    public void Dispose()
    {
        _store.Dispose();
        ledger.Dispose();
    }

    private string? Execute(LogIndex index, BatchRecord record, in Hash256 claimed)
    {
        if (record.Number != (_store.Head?.Next() ?? BatchNumber.Zero)) return "number";
        var admitted = new List<AdmittedTransaction>(record.Requests.Count);
        if (!TryAdmit(record, admitted)) return "signature";
        TransactionSet set = _store.Begin(record.Number);
        IExecutedBatch batch = ledger.Execute(new BatchInput(record.Number, record.Environment, admitted), set);
        _writeSet.Clear();
        set.EncodeWriteSet(_writeSet);
        _store.Seal(set);
        _results.Clear();
        var claims = new BatchClaims();
        batch.Seal(_results, claims);
        string? difference = batch.Included.Count != admitted.Count ? "requests"
            : !_writeSet.Span.SequenceEqual(record.WriteSet.Span) ? "writeSet"
            : !_results.Span.SequenceEqual(record.Results.Span) ? "results"
            : claims.Root() != claimed ? "claims" : null;
        if (difference is null)
        {
            Publish(index, record, batch);
            executed?.Invoke(index, claims);
        }
        return difference;
    }

    private bool TryAdmit(BatchRecord record, List<AdmittedTransaction> admitted)
    {
        if (record.Requests.Count == 0) return true;
        if (_store.Committed is null) return false;
        using StoreView before = _store.OpenCommitted();
        foreach (ReadOnlyMemory<byte> request in record.Requests)
        {
            AdmissionResult result = ledger.Readmit(request, before);
            if (result.Transaction is null) return false;
            admitted.Add(result.Transaction);
            if (_isSigned) SignaturesChecked++;
        }
        return true;
    }

    private bool TakeRecorded(LogIndex index, BatchRecord record)
    {
        _store.RollBackToCommitted();
        if (record.Number != (_store.Head?.Next() ?? BatchNumber.Zero)) return false;
        if (record.Number != BatchNumber.Zero) ledger.RolledBack(new BatchNumber(record.Number.Value - 1));
        try
        {
            if (!_store.TryApply(record.Number, record.WriteSet.Span)) return false;
            Publish(index, record, null);
            return ledger.Settle() is null;
        }
        catch (InvariantException)
        {
            return false; // the record contradicts itself: a node stops on it, and so does the replay
        }
    }

    private void Publish(LogIndex index, BatchRecord record, IExecutedBatch? batch)
    {
        _store.Commit(record.Number);
        _ids.Clear();
        ledger.Applied(new AppliedBatch(index, record, batch), _ids);
    }
}
