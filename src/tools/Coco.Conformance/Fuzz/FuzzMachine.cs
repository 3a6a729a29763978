using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance.Fuzz;

/// <summary>Runs cases on our machine and sees whether its laws hold.</summary>
internal sealed class FuzzMachine(FuzzReport report)
{
    private const long LeastGas = 21_000;

    private readonly TransactionProcessor _processor = new(new JournaledState(new CodeCache()));

    /// <summary>The block of a run without a peer.</summary>
    public static BlockEnvironment BlockOf(FuzzCase fuzzCase) => new()
    {
        Fork = fuzzCase.Fork,
        ChainId = 1,
        Number = 1_000,
        Timestamp = 1_800_000_000,
        Coinbase = Address.FromNumber(0xbeef),
        GasLimit = 30_000_000,
        BaseFee = 7,
        Difficulty = 131_072,
        PrevRandao = new UInt256(3, 2, 1),
        BlobBaseFee = 1,
    };

    /// <summary>Runs the case for what it reads.</summary>
    public void Probe(FuzzCase fuzzCase, BlockEnvironment block, FuzzWorld world)
    {
        NoTracer none = default;
        Execute(fuzzCase, block, world, ref none);
    }

    /// <summary>Runs the case twice, watched and not, and reports what must not be.</summary>
    public FuzzOutcome Run(FuzzCase fuzzCase, BlockEnvironment block, FuzzWorld world)
    {
        LawTracer laws = new() { GasLimit = (long)fuzzCase.Transaction.GasLimit };
        FuzzOutcome watched = Execute(fuzzCase, block, world, ref laws);
        NoTracer none = default;
        long before = GC.GetAllocatedBytesForCurrentThread();
        FuzzOutcome outcome = Execute(fuzzCase, block, world, ref none);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        report.MostAllocatedBytes = Math.Max(report.MostAllocatedBytes, allocated);
        report.Gas += (ulong)outcome.GasUsed;
        if (!outcome.IsExecuted) report.Refused++;
        if (laws.Broken is { } broken) Complain(fuzzCase, "law", "holds in every step", broken);
        if (outcome.DifferenceFrom(watched) is { } difference) Complain(fuzzCase, "repetition", "twice the same", difference);
        if (allocated > FuzzLimits.AllocatedBytes) Complain(fuzzCase, "allocation", $"at most {FuzzLimits.AllocatedBytes}", $"{allocated}");
        if (outcome.IsExecuted) CheckGasAndEther(fuzzCase, block, world, outcome);
        return outcome;
    }

    private FuzzOutcome Execute<TTracer>(FuzzCase fuzzCase, BlockEnvironment block, FuzzWorld world, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        _processor.State.Reset(world);
        EvmTransaction transaction = EvmTransactions.Of(fuzzCase.Transaction, fuzzCase.Sender);
        TransactionResult result = _processor.Execute(block, transaction, block.GasLimit, SkippedChecks.None, ref tracer);
        return FuzzOutcome.Of(result, _processor.State);
    }

    private void CheckGasAndEther(FuzzCase fuzzCase, BlockEnvironment block, FuzzWorld world, FuzzOutcome outcome)
    {
        // Refunds give back at most half.
        if (outcome.GasUsed < LeastGas / 2 || outcome.GasUsed > (long)fuzzCase.Transaction.GasLimit)
            Complain(fuzzCase, "gas", $"{LeastGas / 2} to {fuzzCase.Transaction.GasLimit}", $"{outcome.GasUsed}");
        UInt256 before = default, after = default;
        foreach (FuzzAccount account in outcome.Accounts)
        {
            if (world.TryGetAccount(account.Change.Address, out AccountInfo was)) before += was.Balance;
            if (account.Change.Exists) after += account.Change.Balance;
        }
        // Less is right where a contract destroyed itself with its ether; more never is.
        bool burns = block.Fork >= EvmFork.London;
        UInt256 burnt = burns ? block.BaseFee * (ulong)outcome.GasUsed : default;
        if (after + burnt > before) Complain(fuzzCase, "ether", $"at most {before}", $"{after} and {burnt} burnt");
    }

    private void Complain(FuzzCase fuzzCase, string check, string expected, string actual)
    {
        if (report.Violations.Count < FuzzLimits.Problems) report.Violations.Add(new FuzzProblem(fuzzCase.Seed, check, expected, actual));
    }
}
