using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// The logs of an old block, read from its entry without the rest: neither transactions nor receipts, roots and blooms are made, which
/// cost a hundred times as much. The entry comes from the committed ledger, so that its hash needs no proof by derivation.
/// </summary>
internal sealed class CommittedLogs
{
    private readonly BatchRecord _record;
    private readonly ResultsHead _head;
    private readonly Outcome[] _outcomes;

    private CommittedLogs(BatchRecord record, in ResultsHead head, Outcome[] outcomes)
    {
        _record = record;
        _head = head;
        _outcomes = outcomes;
    }

    public int Transactions => _outcomes.Length;

    public IReadOnlyList<LogEntry> Of(int position) => _outcomes[position].Logs;

    public LogPlace PlaceOf(int position) =>
        new(_record.Number.Value, _head.Hash, _head.Timestamp, Keccak256.Hash(_record.Requests[position].Span), position);

    /// <summary>False where the record is none of this ledger's.</summary>
    public static bool TryRead(BatchRecord record, out CommittedLogs? logs)
    {
        logs = null;
        var reader = new SpanReader(record.Results.Span);
        if (!ResultsCodec.TryReadHead(ref reader, out ResultsHead head)
            || !OutcomeReader.TryRead(ref reader, record.Requests.Count, out Outcome[] outcomes)) return false;
        logs = new CommittedLogs(record, head, outcomes);
        return true;
    }
}

/// <summary>Where a log stands: its block, and its transaction there.</summary>
internal readonly record struct LogPlace(ulong Number, Hash256 BlockHash, ulong Timestamp, Hash256 TransactionHash, int Position)
{
    public static LogPlace In(EthereumBlock block, int position) =>
        new(block.Number, block.Hash, block.Header.Timestamp, block.Transactions[position].Transaction.Hash, position);
}
