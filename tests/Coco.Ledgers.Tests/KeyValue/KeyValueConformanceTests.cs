using Coco.Ledgers.KeyValue;
using Coco.Ledgers.Tests.Socket;

namespace Coco.Ledgers.Tests.KeyValue;

public sealed class KeyValueConformanceTests : LedgerPoolConformance
{
    protected override ILedger CreateLedger() =>
        new KeyValueLedger(new SortedDictionary<string, string>(StringComparer.Ordinal) { ["k0"] = "v0", ["k1"] = "v1" });

    protected override IReadOnlyList<byte[]> CreateRequests(int count) => KeyValueRequests.Mixed(count, seed: 11);
}
