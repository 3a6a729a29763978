using Coco.Audit;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Audit;

public sealed class ReceiptCheckTests
{
    [Fact]
    public void Each_entry_that_a_certificate_covers_has_a_receipt_that_holds()
    {
        using var ledger = new RecordedLedger();
        Grow(ledger);
        ReceiptCheck check = Check(ledger, 2, 3, 5);
        Assert.Equal(3, check.Held);
        Assert.Empty(check.Failed);
    }

    [Fact]
    public void An_entry_after_the_last_certificate_and_one_that_is_not_there_have_none()
    {
        using var ledger = new RecordedLedger();
        Grow(ledger);
        ledger.AppendBatch(1);
        ReceiptCheck check = Check(ledger, 3, 7, 99);
        Assert.Equal(1, check.Held);
        Assert.Equal([7UL, 99UL], check.Failed);
    }

    [Fact]
    public void No_receipt_of_another_network_holds()
    {
        using var ledger = new RecordedLedger();
        Grow(ledger);
        ReceiptCheck check = ReceiptCheck.Run(ledger.Disk, new NetworkId(Hash256.Zero), new HashSet<LogIndex> { new(2) });
        Assert.Equal(0, check.Held);
        Assert.Equal([2UL], check.Failed);
    }

    /// <summary>Two certificates: entries 4 and 6.</summary>
    private static void Grow(RecordedLedger ledger)
    {
        ledger.AppendBatch(0);
        ledger.AppendBatch(3);
        ledger.AppendCertificate();
        ledger.AppendBatch(2);
        ledger.AppendCertificate();
    }

    private static ReceiptCheck Check(RecordedLedger ledger, params ulong[] wanted) =>
        ReceiptCheck.Run(ledger.Disk, ledger.Network, wanted.Select(index => new LogIndex(index)).ToHashSet());
}
