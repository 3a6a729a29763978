using Coco.Audit;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Audit;

public sealed class ReceiptCheckTests
{
    [Fact]
    public void Each_transaction_that_a_certificate_covers_has_a_receipt_that_holds()
    {
        using RecordedLedger ledger = Grown();
        ReceiptCheck check = ReceiptCheck.Run(ledger.Disk, ledger.Network, TransactionsOf(ledger));
        Assert.Equal(5, check.Held);
        Assert.Empty(check.Failed);
    }

    [Fact]
    public void What_comes_after_the_last_certificate_or_is_not_there_has_none()
    {
        using RecordedLedger ledger = Grown();
        ledger.AppendBatch(1);
        Dictionary<LogIndex, IReadOnlyList<ReceiptTransaction>> wanted = TransactionsOf(ledger);
        wanted[new LogIndex(99)] = wanted[new LogIndex(3)];
        ReceiptCheck check = ReceiptCheck.Run(ledger.Disk, ledger.Network, wanted);
        Assert.Equal(5, check.Held);
        Assert.Equal([7UL, 99UL], check.Failed);
    }

    [Fact]
    public void A_transaction_that_its_batch_does_not_claim_has_none()
    {
        using RecordedLedger ledger = Grown();
        Dictionary<LogIndex, IReadOnlyList<ReceiptTransaction>> wanted = TransactionsOf(ledger);
        wanted[new LogIndex(5)] = [wanted[new LogIndex(5)][0], wanted[new LogIndex(3)][0]];
        ReceiptCheck check = ReceiptCheck.Run(ledger.Disk, ledger.Network, wanted);
        Assert.Equal(4, check.Held);
        Assert.Equal([5UL], check.Failed);
    }

    [Fact]
    public void No_receipt_of_another_network_holds()
    {
        using RecordedLedger ledger = Grown();
        ReceiptCheck check = ReceiptCheck.Run(ledger.Disk, new NetworkId(Hash256.Zero), TransactionsOf(ledger));
        Assert.Equal(0, check.Held);
        Assert.Equal([3UL, 5UL], check.Failed);
    }

    /// <summary>Two certificates: entries 4 and 6.</summary>
    private static RecordedLedger Grown()
    {
        var ledger = new RecordedLedger();
        ledger.AppendBatch(0);
        ledger.AppendBatch(3);
        ledger.AppendCertificate();
        ledger.AppendBatch(2);
        ledger.AppendCertificate();
        return ledger;
    }

    /// <summary>All of the ledger, as executing it again tells them.</summary>
    private static Dictionary<LogIndex, IReadOnlyList<ReceiptTransaction>> TransactionsOf(RecordedLedger ledger)
    {
        var found = new Dictionary<LogIndex, IReadOnlyList<ReceiptTransaction>>();
        LedgerReplay replay = LedgerReplay.Run(ledger.Disk, new KeyFile(ledger.Network, ledger.SessionKeys, null), (index, claims) =>
        {
            if (claims.Count > 0) found[index] = [.. Enumerable.Range(0, claims.Count).Select(i => new ReceiptTransaction(claims[i], i, [.. claims.Path(i)]))];
        });
        Assert.True(replay.Holds);
        return found;
    }
}
