using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.KeyValue;

/// <summary>Executes one batch. What it does depends on the input and the set alone.</summary>
internal sealed class KeyValueExecution(BatchInput input, ITransactionSet set) : IExecutedBatch
{
    private readonly List<AdmittedTransaction> _included = new(input.Transactions.Count);
    private readonly List<(AdmittedTransaction, Refusal)> _refused = [];
    private readonly ByteWriter _results = new();

    /// <summary>Where in the results the outcome of each transaction included ends.</summary>
    private readonly List<int> _ends = new(input.Transactions.Count);
    private readonly ByteWriter _outcome = new();

    public BatchNumber Number => input.Number;
    public IReadOnlyList<AdmittedTransaction> Included => _included;
    public IReadOnlyList<(AdmittedTransaction Transaction, Refusal Reason)> Refused => _refused;

    /// <summary>Results: the number of transactions, and the outcome of each, of which the claims have the SHA-256.</summary>
    public void Seal(ByteWriter results, BatchClaims claims)
    {
        results.WriteUInt32((uint)_included.Count);
        results.WriteFixed(_results.Span);
        for (int i = 0, from = 0; i < _included.Count; from = _ends[i++])
            claims.Add(new TransactionClaim(_included[i].Id, Sha256.Hash(_results.Span[from.._ends[i]])));
    }

    public void Run()
    {
        foreach (AdmittedTransaction transaction in input.Transactions) Execute((KeyValueTransaction)transaction);
        // Counted by what is included: executing the record again must forget the same ids.
        ExecutedIds.Forget(set, input.Environment.UnixMs, (_included.Count * 2) + Limits.SpareForgotten);
        Span<byte> time = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(time, input.Environment.UnixMs);
        set.Put(KeyValueMaps.Clock, [], time);
    }

    private void Execute(KeyValueTransaction transaction)
    {
        if (RefusalOf(transaction) is { } refusal)
        {
            _refused.Add((transaction, refusal));
            return;
        }
        Outcome outcome = Apply(transaction);
        _outcome.Clear();
        outcome.Encode(_outcome);
        ExecutedIds.Add(set, transaction, _outcome.Span);
        _results.WriteFixed(_outcome.Span);
        _ends.Add(_results.Length);
        _included.Add(transaction);
    }

    private Refusal? RefusalOf(KeyValueTransaction transaction)
    {
        ulong now = input.Environment.UnixMs;
        if (transaction.ExpiresMs < now) return KeyValueRefusals.Expired;
        if (transaction.ExpiresMs - now > Limits.MaxLifeMs) return KeyValueRefusals.LivesTooLong;
        return ExecutedIds.Contains(set, transaction.Id) ? KeyValueRefusals.AlreadyExecuted : null;
    }

    private Outcome Apply(KeyValueTransaction transaction)
    {
        ReadOnlySpan<byte> key = transaction.Key.Span;
        bool isThere = set.TryGet(KeyValueMaps.Data, key, out ReadOnlySpan<byte> value);
        switch (transaction.Operation)
        {
            case KeyValueOperation.Put:
                return Write(transaction, transaction.Value);
            case KeyValueOperation.Delete:
                return isThere ? Write(transaction, null) : OutcomeOf(transaction, false);
            case KeyValueOperation.CompareAndSet:
                bool matches = transaction.Expected is { } expected ? isThere && value.SequenceEqual(expected.Span) : !isThere;
                return matches ? Write(transaction, transaction.Value) : OutcomeOf(transaction, false);
            case KeyValueOperation.Random:
                return WriteDrawn(transaction, Draw(transaction));
            case KeyValueOperation.Now:
                return WriteDrawn(transaction, Time());
            default:
                throw new InvariantException("a decoded transaction has a known operation");
        }
    }

    private Outcome WriteDrawn(KeyValueTransaction transaction, byte[] value) =>
        Write(transaction, value) with { Value = value };

    private Outcome Write(KeyValueTransaction transaction, ReadOnlyMemory<byte>? value)
    {
        if (value is { } present) set.Put(KeyValueMaps.Data, transaction.Key.Span, present.Span);
        else set.Delete(KeyValueMaps.Data, transaction.Key.Span);
        return OutcomeOf(transaction, true);
    }

    private Outcome OutcomeOf(KeyValueTransaction transaction, bool isApplied) =>
        new(input.Number, transaction.ContentDigest, isApplied, default);

    /// <summary>The batch's recorded randomness, apart for each transaction (CON-2).</summary>
    private byte[] Draw(KeyValueTransaction transaction)
    {
        Span<byte> seed = stackalloc byte[Hash256.Size * 2];
        input.Environment.Random.CopyTo(seed);
        transaction.Id.CopyTo(seed[Hash256.Size..]);
        return SHA256.HashData(seed);
    }

    private byte[] Time()
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(input.Environment.UnixMs, digits, out int length);
        return digits[..length].ToArray();
    }
}
