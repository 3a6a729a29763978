using System.Text;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Simulation.Clients;
using Coco.Simulation.World;

namespace Coco.Simulation.Checks;

/// <summary>
/// Compares what clients saw with the batches that the network has committed: nothing acknowledged is lost, nothing is executed
/// twice, the order of the log does not contradict time, every read is of the version that it names.
/// </summary>
internal sealed class HistoryCheck(SimulationWorld world, IReadOnlyList<Operation> history)
{
    private readonly Dictionary<Hash256, (ulong Batch, bool IsApplied)> _executed = [];
    private readonly Dictionary<string, List<(ulong Batch, string? Value)>> _values = [];
    private readonly List<Hash256> _order = [];

    public void Run(IReadOnlyList<BatchRecord> batches)
    {
        foreach (BatchRecord batch in batches) Execute(batch);
        CheckAcknowledged();
        CheckOrder();
        foreach (Operation read in history.Where(operation => operation.Kind is null)) CheckRead(read);
        foreach (IGrouping<string, Operation> key in history.Where(operation => operation.IsLinearizable).GroupBy(operation => operation.Key).OrderBy(group => group.Key, StringComparer.Ordinal))
            if (key.Key != "drawn" && Linearizability.Check([.. key]) == false)
                world.Violate("linearizability", $"no order of the operations on '{key.Key}' explains their answers");
    }

    private void Execute(BatchRecord batch)
    {
        var results = new SpanReader(batch.Results.Span);
        bool isRead = results.TryReadUInt32(out uint count) && count == batch.Requests.Count;
        for (int i = 0; i < batch.Requests.Count; i++)
        {
            KeyValueTransaction.TryDecode(batch.Requests[i], out KeyValueTransaction? transaction);
            isRead &= Outcome.TryDecode(ref results, out Outcome outcome);
            bool isApplied = Apply(transaction!, batch.Number.Value, outcome);
            if (isApplied != outcome.IsApplied) world.Violate("results", $"batch {batch.Number} says {outcome.IsApplied} of transaction {i}, executing it again {isApplied}");
            if (!_executed.TryAdd(transaction!.Id, (batch.Number.Value, isApplied)))
                world.Violate("executed twice", $"transaction {Encoding.ASCII.GetString(transaction.ClientId.Span)} stands in batches {_executed[transaction.Id].Batch} and {batch.Number}");
            _order.Add(transaction.Id);
        }
        if (!isRead || !results.IsAtEnd) world.Violate("results", $"the results of batch {batch.Number} can't be read");
    }

    private bool Apply(KeyValueTransaction transaction, ulong batch, Outcome outcome)
    {
        string key = Encoding.UTF8.GetString(transaction.Key.Span);
        if (!_values.TryGetValue(key, out List<(ulong, string?)>? values)) _values.Add(key, values = []);
        string? now = values.Count == 0 ? null : values[^1].Item2;
        string? written = transaction.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;
        switch (transaction.Operation)
        {
            case KeyValueOperation.Delete when now is null: return false;
            case KeyValueOperation.CompareAndSet:
                string? expected = transaction.Expected is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
                if (expected != now) return false;
                break;
            case KeyValueOperation.Random or KeyValueOperation.Now:
                written = Convert.ToHexString(outcome.Value.Span);
                break;
        }
        values.Add((batch, written));
        return true;
    }

    private void CheckAcknowledged()
    {
        foreach (Operation operation in history.Where(operation => operation.Kind is not null && operation.CompletedAt is not null))
        {
            if (!_executed.TryGetValue(operation.Id, out var executed))
                world.Violate("acknowledged and lost", $"operation {operation.Value} of client {operation.Client} on '{operation.Key}', answered at {operation.CompletedAt / 1000} ms");
            else if (operation.IsApplied is { } isApplied && (isApplied != executed.IsApplied || operation.Version!.Value.Value != executed.Batch))
                world.Violate("answers", $"operation {operation.Value} was answered with {isApplied} in batch {operation.Version}, and is {executed.IsApplied} in batch {executed.Batch}");
        }
    }

    /// <summary>An operation that was answered before another began comes before it.</summary>
    private void CheckOrder()
    {
        Dictionary<Hash256, Operation> known = history.Where(operation => operation.Kind is not null).ToDictionary(operation => operation.Id);
        long latestBegin = long.MinValue;
        foreach (Hash256 id in _order)
        {
            if (!known.TryGetValue(id, out Operation? operation)) continue;
            if (operation.CompletedAt < latestBegin) world.Violate("real-time order", $"operation {operation.Value} comes after one that began when it was answered");
            latestBegin = Math.Max(latestBegin, operation.InvokedAt);
        }
    }

    private void CheckRead(Operation read)
    {
        string? value = null;
        if (_values.TryGetValue(read.Key, out List<(ulong Batch, string? Value)>? values))
            foreach ((ulong batch, string? written) in values)
                if (batch <= read.Version!.Value.Value) value = written;
        if (value != read.ReadValue)
            world.Violate("committed reads", $"'{read.Key}' in batch {read.Version} is {value ?? "nothing"}, client {read.Client} read {read.ReadValue ?? "nothing"}");
    }
}
