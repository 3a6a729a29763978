using Coco.Executor;
using Coco.Primitives;

namespace Coco.Core.Tests.Executor;

/// <summary>How much a leader executes in one go.</summary>
public sealed class BatchSizeTests : ExecutorHarness
{
    [Fact]
    public void A_go_is_as_large_as_fits_into_the_time_that_others_may_wait()
    {
        Lead(term: 2);
        Flush(); // asks for random values
        Step(new RandomInput([.. Enumerable.Range(0, 64).Select(_ => Hash256.Zero)]));
        for (int i = 0; i < 3_000; i++) Submit($"{i}");
        Assert.Equal(256, Executed());
        Pass(5); // twice as fast as it need be
        Assert.Equal(512, Executed());
        Pass(100); // ten times too slow
        Assert.Equal(64, Executed()); // 51, but no fewer than this
        Assert.Equal(0, Executed()); // no time has passed, and inputs may wait
        Pass(2);
        Assert.Equal(320, Executed());
    }

    [Fact]
    public void A_batch_has_no_more_bytes_than_consensus_should_wait_for_and_what_is_over_follows()
    {
        Lead(term: 2);
        Flush();
        Step(new RandomInput([.. Enumerable.Range(0, 64).Select(_ => Hash256.Zero)]));
        for (int i = 0; i < 40; i++) Submit($"{i}", 250_000);
        List<SealEffect> sealing = [.. Flush().OfType<SealEffect>()];
        Assert.Equal(4, sealing[0].Batch.Included.Count);
        Assert.InRange(sealing[0].Batch.Included.Sum(one => (long)one.Request.Length), 1_000_000, 1 << 20);
        Assert.All(sealing, seal => Assert.InRange(seal.Batch.Included.Count, 1, 4));
    }

    private int Executed() => Flush().OfType<SealEffect>().Sum(seal => seal.Batch.Included.Count);
}
