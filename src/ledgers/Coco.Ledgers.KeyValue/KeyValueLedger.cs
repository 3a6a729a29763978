using System.Buffers.Binary;
using System.Text;
using Coco.Ledgers.KeyValue.Protocol;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.KeyValue;

/// <summary>The plain key-value ledger (LED-6): keys with values, for general applications of many parties.</summary>
/// <param name="initial">What genesis writes, in the order of the keys.</param>
public sealed class KeyValueLedger(SortedDictionary<string, string> initial) : ILedger
{
    public const string Name = "keyvalue";

    public LedgerDescription Description { get; } =
        new(Name, "1", KeyValueMaps.All, ConfirmationBatches: 0, ConfirmationIntervalMs: 0);

    public AdmissionResult Admit(ReadOnlyMemory<byte> request, Caller caller, IReadView committed)
    {
        if (!KeyValueTransaction.TryDecode(request, out KeyValueTransaction? transaction))
            return new AdmissionResult(null, KeyValueRefusals.Malformed);
        return RefusalOf(transaction!, committed) is { } refusal
            ? new AdmissionResult(null, refusal)
            : AdmissionResult.Admitted(transaction!);
    }

    public bool TryDecodeAdmitted(ReadOnlyMemory<byte> encoded, out AdmittedTransaction? transaction)
    {
        bool isDecoded = KeyValueTransaction.TryDecode(encoded, out KeyValueTransaction? decoded);
        transaction = decoded;
        return isDecoded;
    }

    public ITransactionPool CreatePool() => new KeyValuePool();

    public IExecutedBatch Execute(BatchInput input, ITransactionSet set)
    {
        if (input.Number == BatchNumber.Zero) WriteInitial(set);
        var execution = new KeyValueExecution(input, set);
        execution.Run();
        return execution;
    }

    /// <summary>Nothing is kept beside the store: outcomes are read from its maps.</summary>
    public void Applied(AppliedBatch batch, List<Hash256> ids)
    {
        foreach (ReadOnlyMemory<byte> request in batch.Record.Requests)
        {
            bool isDecoded = KeyValueTransaction.TryDecode(request, out KeyValueTransaction? transaction);
            Invariant.Holds(isDecoded, "a committed batch holds requests that were admitted");
            ids.Add(transaction!.Id);
        }
    }

    /// <summary>There is nothing to undo beside the store.</summary>
    public void RolledBack(BatchNumber to)
    {
    }

    /// <summary>There is nothing derived that could differ.</summary>
    public string? Settle() => null;

    public IClientProtocol Serve(LedgerServices services) => new KeyValueProtocol(services);

    public void Dispose()
    {
    }

    /// <summary>Why the committed state already rules a transaction out; null if it does not.</summary>
    internal static Refusal? RefusalOf(KeyValueTransaction transaction, IReadView committed)
    {
        if (ExecutedIds.Contains(committed, transaction.Id)) return KeyValueRefusals.AlreadyExecuted;
        return transaction.ExpiresMs < TimeOf(committed) ? KeyValueRefusals.Expired : null;
    }

    private static ulong TimeOf(IReadView view) =>
        view.TryGet(KeyValueMaps.Clock, [], out ReadOnlySpan<byte> time) ? BinaryPrimitives.ReadUInt64BigEndian(time) : 0;

    private void WriteInitial(ITransactionSet set)
    {
        foreach ((string key, string value) in initial)
            set.Put(KeyValueMaps.Data, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
    }
}
