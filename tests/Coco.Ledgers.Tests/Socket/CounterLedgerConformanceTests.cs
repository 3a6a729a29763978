using System.Buffers.Binary;

namespace Coco.Ledgers.Tests.Socket;

public sealed class CounterLedgerConformanceTests : LedgerPoolConformance
{
    protected override ILedger CreateLedger() => new CounterLedger();

    protected override IReadOnlyList<byte[]> CreateRequests(int count)
    {
        var requests = new List<byte[]>();
        for (uint i = 1; i <= count; i++)
        {
            byte[] request = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(request, i);
            requests.Add(request);
        }
        return requests;
    }
}
