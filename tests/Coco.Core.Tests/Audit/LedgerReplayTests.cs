using Coco.Audit;
using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Core.Tests.Audit;

public sealed class LedgerReplayTests
{
    [Fact]
    public void A_ledger_executed_again_gives_what_it_recorded()
    {
        using var ledger = new RecordedLedger();
        foreach (int transactions in (int[])[0, 3, 1, 5]) ledger.AppendBatch(transactions);
        LedgerReplay replay = Replay(ledger);
        Assert.True(replay.Holds, replay.Problem?.Message);
        Assert.Empty(replay.Mismatches);
        Assert.Equal((5UL, 9UL), (replay.Entries, replay.Transactions));
        Assert.Equal(ledger.StateDigest.ToString(), replay.StateRoot);
    }

    [Theory]
    [InlineData("writeSet")]
    [InlineData("results")]
    [InlineData("signature")]
    [InlineData("requests")]
    [InlineData("publicPart")]
    public void A_lie_of_the_leader_is_found_in_its_entry_and_nowhere_else(string kind)
    {
        using var ledger = new RecordedLedger();
        ledger.AppendBatch(0);
        ledger.AppendBatch(2);
        BatchRecord? other = null;
        ledger.AppendBatch(2, record => other = record);
        ledger.AppendBatch(2, record => kind switch
        {
            "writeSet" => record with { WriteSet = WithoutLastWrite(record, other!) },
            "results" => record with { Results = (byte[])[.. record.Results.ToArray(), 0] },
            "signature" => record with { Requests = [record.Requests[0], new byte[] { 9 }] },
            "requests" => record with { Requests = [record.Requests[0], record.Requests[0]] },
            _ => record with { Requests = [record.Requests[0]] },
        });
        LedgerReplay replay = Replay(ledger);
        Assert.False(replay.Holds);
        Assert.Equal([new ReplayMismatch(5, kind)], replay.Mismatches);
    }

    [Fact]
    public void A_claim_that_does_not_follow_from_the_record_is_found()
    {
        using var ledger = new RecordedLedger();
        ledger.AppendBatch(0);
        ledger.AppendBatch(2, claimed: Hash256.Zero);
        ledger.AppendBatch(2);
        Assert.Equal([new ReplayMismatch(3, "claims")], Replay(ledger).Mismatches);
    }

    [Fact]
    public void Without_the_right_key_nothing_is_executed()
    {
        using var ledger = new RecordedLedger();
        ledger.AppendBatch(0);
        LedgerReplay replay = LedgerReplay.Run(ledger.Disk, new KeyFile(ledger.Network, [new byte[32]], null));
        Assert.False(replay.Holds);
        Assert.Equal([new ReplayMismatch(2, "decryption")], replay.Mismatches);
        Assert.Null(replay.StateRoot);
    }

    [Fact]
    public void Keys_of_another_network_do_not_fit()
    {
        using var ledger = new RecordedLedger();
        ledger.AppendBatch(0);
        LedgerReplay replay = LedgerReplay.Run(ledger.Disk, new KeyFile(new NetworkId(Hash256.Zero), ledger.SessionKeys, null));
        Assert.False(replay.Holds);
        Assert.NotNull(replay.Problem);
    }

    [Fact]
    public void A_key_file_is_read_as_it_was_written_and_nothing_else_is_one()
    {
        using var ledger = new RecordedLedger();
        var keys = new KeyFile(ledger.Network, ledger.SessionKeys, new byte[] { 1, 2 });
        KeyFile read = KeyFile.Parse(keys.ToBytes());
        Assert.Equal(keys.Network, read.Network);
        Assert.Equal(keys.SessionKeys[0].ToArray(), read.SessionKeys[0].ToArray());
        Assert.Equal([1, 2], read.Genesis!.Value.ToArray());
        foreach (string wrong in (string[])["", "[]", "{}", "{\"version\":2}", "{\"version\":1,\"networkId\":\"0x\",\"sessionKeys\":[]}"])
            Assert.Throws<InvalidDataException>(() => KeyFile.Parse(System.Text.Encoding.UTF8.GetBytes(wrong)));
    }

    private static LedgerReplay Replay(RecordedLedger ledger) =>
        LedgerReplay.Run(ledger.Disk, new KeyFile(ledger.Network, ledger.SessionKeys, null));

    /// <summary>A canonical write set of an earlier batch, with other values under some of the same keys.</summary>
    private static ReadOnlyMemory<byte> WithoutLastWrite(BatchRecord record, BatchRecord earlier)
    {
        Assert.False(record.WriteSet.Span.SequenceEqual(earlier.WriteSet.Span));
        return earlier.WriteSet;
    }
}
