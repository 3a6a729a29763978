using Coco.Governance;
using Coco.Ledgers;
using Coco.Ledgers.KeyValue;
using Coco.Simulation.Checks;
using Coco.Simulation.Clients;
using Coco.Simulation.Nodes;
using Coco.Store;

namespace Coco.Simulation.Ledgers;

/// <summary>The key-value ledger, with clients on a few keys.</summary>
internal sealed class KeyValueTwin : ILedgerTwin
{
    private readonly List<Operation> _history = [];

    public LedgerSettings Settings { get; } = new("keyvalue", "{}"u8.ToArray());

    public ILedgerFactory Factory { get; } = new KeyValueLedgerFactory();

    public ISimulatedClient NewClient(Cluster cluster, int number) => new Client(cluster, number, _history);

    public ClientAnswer? OutcomeOf(StoreView committed, byte[] request) =>
        KeyValueTransaction.TryDecode(request, out KeyValueTransaction? transaction)
        && committed.TryGet(KeyValueMaps.Executed, transaction!.Id.Span, out ReadOnlySpan<byte> encoded)
        && Outcome.TryDecode(encoded, out Outcome outcome) ? ClientAnswer.OfOutcome(outcome) : null;

    public byte[]? Read(StoreView committed, byte[] key) =>
        committed.TryGet(KeyValueMaps.Data, key, out ReadOnlySpan<byte> found) ? found.ToArray() : null;

    public void Check(Cluster cluster, IReadOnlyList<BatchRecord> batches) => new HistoryCheck(cluster.World, _history).Run(batches);
}
