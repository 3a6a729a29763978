using Coco.Governance;
using Coco.Ledgers;
using Coco.Simulation.Clients;
using Coco.Simulation.Nodes;
using Coco.Store;

namespace Coco.Simulation.Ledgers;

/// <summary>What a simulated network must know of the ledger that it runs: its settings, its clients, and how they are checked.</summary>
internal interface ILedgerTwin
{
    /// <summary>As the constitution holds them.</summary>
    LedgerSettings Settings { get; }

    ILedgerFactory Factory { get; }

    ISimulatedClient NewClient(Cluster cluster, int number);

    /// <summary>What the committed state says of a request that was executed; null: it was not.</summary>
    ClientAnswer? OutcomeOf(StoreView committed, byte[] request);

    /// <summary>What a reader finds under a key; null: nothing.</summary>
    byte[]? Read(StoreView committed, byte[] key);

    /// <summary>Compares what clients saw with what the network has committed.</summary>
    void Check(Cluster cluster, IReadOnlyList<BatchRecord> batches);
}
