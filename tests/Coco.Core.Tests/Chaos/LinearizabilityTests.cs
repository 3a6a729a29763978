using Coco.Chaos;

namespace Coco.Core.Tests.Chaos;

public sealed class LinearizabilityTests
{
    private static HistoryOperation Put(string value, long from, long? to) =>
        new(0, value, OperationKind.Put, "k", null, value, from, to, to is not null);

    private static HistoryOperation Get(string? value, long from, long to) =>
        new(0, $"get{from}", OperationKind.Get, "k", null, value, from, to, true);

    private static HistoryOperation Cas(string? expected, string value, long from, long? to, bool applied) =>
        new(0, value, OperationKind.CompareAndSet, "k", expected, value, from, to, applied);

    private static bool IsLinearizable(params HistoryOperation[] history) => Linearizability.Check(history).Linearizable;

    [Fact]
    public void Operations_one_after_the_other_are() =>
        Assert.True(IsLinearizable(Get(null, 0, 1), Put("a", 2, 3), Get("a", 4, 5), Cas("a", "b", 6, 7, true), Cas("a", "c", 8, 9, false), Get("b", 10, 11)));

    [Fact]
    public void A_read_of_what_was_overwritten_before_it_began_is_not() =>
        Assert.False(IsLinearizable(Put("a", 0, 1), Put("b", 2, 3), Get("a", 4, 5)));

    [Fact]
    public void A_read_that_overlaps_a_write_may_see_either()
    {
        Assert.True(IsLinearizable(Put("a", 0, 1), Put("b", 2, 6), Get("a", 3, 4)));
        Assert.True(IsLinearizable(Put("a", 0, 1), Put("b", 2, 6), Get("b", 3, 4)));
    }

    [Fact]
    public void Reads_that_go_back_are_not() =>
        Assert.False(IsLinearizable(Put("a", 0, 1), Put("b", 2, 9), Get("b", 3, 4), Get("a", 5, 6)));

    [Fact]
    public void An_acknowledged_write_that_is_lost_is_not() => Assert.False(IsLinearizable(Put("a", 0, 1), Get(null, 2, 3)));

    [Fact]
    public void A_write_without_an_answer_may_have_happened_late_or_never()
    {
        Assert.True(IsLinearizable(Put("a", 0, null), Get(null, 5, 6)));
        Assert.True(IsLinearizable(Put("a", 0, null), Get(null, 5, 6), Get("a", 7, 8)));
        Assert.False(IsLinearizable(Put("a", 4, null), Get("a", 1, 2)));
    }

    [Fact]
    public void A_write_that_happens_twice_is_not() =>
        Assert.False(IsLinearizable(Put("a", 0, 1), Put("b", 2, 3), Get("b", 4, 5), Get("a", 6, 7)));

    [Fact]
    public void Two_swaps_from_one_value_cannot_both_be_applied() =>
        Assert.False(IsLinearizable(Put("a", 0, 1), Cas("a", "b", 2, 9, true), Cas("a", "c", 3, 8, true)));

    [Fact]
    public void The_witness_names_the_key_and_the_operation()
    {
        HistoryVerdict verdict = Linearizability.Check([Put("a", 0, 1), Get("z", 2, 3)]);
        Assert.Contains("k:", verdict.Witness, StringComparison.Ordinal);
        Assert.Contains("get2", verdict.Witness, StringComparison.Ordinal);
    }

    /// <summary>The search against trying every order, on small random histories of both kinds.</summary>
    [Fact]
    public void The_search_says_what_trying_every_order_says()
    {
        int linearizable = 0;
        for (int seed = 0; seed < 3_000; seed++)
        {
            HistoryOperation[] history = Random(new Random(seed));
            bool expected = TryOrders([.. history], null);
            Assert.True(expected == IsLinearizable(history), $"seed {seed}");
            if (expected) linearizable++;
        }
        Assert.InRange(linearizable, 300, 2_700);
    }

    private static HistoryOperation[] Random(Random random)
    {
        string[] values = ["a", "b", "c"];
        var history = new HistoryOperation[random.Next(2, 7)];
        for (int i = 0; i < history.Length; i++)
        {
            long from = random.Next(12);
            long to = from + random.Next(1, 8);
            string value = values[random.Next(values.Length)];
            string? other = random.Next(3) == 0 ? null : values[random.Next(values.Length)];
            long? answered = random.Next(5) == 0 ? null : to;
            history[i] = random.Next(3) switch
            {
                0 => Put(value, from, answered),
                1 => Get(other, from, to),
                _ => Cas(other, value, from, answered, answered is not null && random.Next(2) == 0),
            };
        }
        return history;
    }

    private static bool TryOrders(List<HistoryOperation> left, string? state)
    {
        if (left.TrueForAll(operation => operation.Returned is null)) return true;
        long firstReturn = left.Min(operation => operation.Returned ?? long.MaxValue);
        foreach (HistoryOperation operation in left.Where(operation => operation.Invoked <= firstReturn).ToArray())
        {
            if (!operation.TryApply(state, out string? next)) continue;
            if (TryOrders([.. left.Where(other => !ReferenceEquals(other, operation))], next)) return true;
        }
        return false;
    }
}
