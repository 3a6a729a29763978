using Coco.Conformance.Fuzz;

namespace Coco.Ledgers.Tests.Conformance;

/// <summary>A sample of what <c>coco fuzz evm</c> does for hours. A failure names its seed.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Random_programs_and_transactions_break_no_law_of_the_machine() => Check(seed: 1, programs: 400);

    /// <summary>A CALL of more gas than there is under the rules before EIP-150 took so much that tracers saw a negative price.</summary>
    [Fact]
    public void A_call_that_cannot_be_paid_does_not_cost_less_than_nothing() => Check(seed: 49, programs: 1);

    private static void Check(ulong seed, long programs)
    {
        FuzzReport report = FuzzRun.Run(new FuzzOptions(Seconds: 60, seed, programs, Peer: null));
        Assert.True(report.IsClean, string.Join('\n', report.Violations.Take(5)));
        Assert.True(report.Programs > 0 && report.Gas > 0);
        Assert.True(report.Refused < report.Programs / 5 || programs == 1);
    }
}
