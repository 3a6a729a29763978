using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;

namespace Coco.Ledgers.Tests.Evm;

/// <summary>Random programs under every fork. The seed of a program is 1000 * fork + round.</summary>
public sealed class RandomCodeTests
{
    private const int Rounds = 150;
    private const long Gas = 200_000;
    private static readonly Address Sender = Address.FromNumber(0xaaaa), Contract = Address.FromNumber(0xc0de);

    [Fact]
    public void Random_code_ends_with_gas_between_zero_and_the_limit_and_never_throws()
    {
        JournaledState state = new(new CodeCache());
        TransactionProcessor processor = new(state);
        foreach (EvmFork fork in Enum.GetValues<EvmFork>())
        {
            for (int round = 0; round < Rounds; round++)
            {
                int seed = (1000 * (int)fork) + round;
                TransactionResult result = Run(processor, fork, seed, default(StepCounter), out _, out StepCounter steps);
                Assert.True(result.IsExecuted, $"seed {seed}: {result.Refusal}");
                Assert.InRange(result.GasUsed, 21000 / 2, Gas);
                Assert.True(steps.Lowest >= 0, $"seed {seed}: gas went below zero");
            }
        }
    }

    [Fact]
    public void The_same_code_gives_the_same_world_traced_or_not_and_in_a_used_machine_or_a_new_one()
    {
        TransactionProcessor used = new(new JournaledState(new CodeCache()));
        for (int seed = 0; seed < 300; seed++)
        {
            TransactionResult first = Run(used, EvmFork.Osaka, seed, default(NoTracer), out TestWorld a, out _);
            TransactionProcessor fresh = new(new JournaledState(new CodeCache()));
            TransactionResult second = Run(fresh, EvmFork.Osaka, seed, default(StepCounter), out TestWorld b, out _);
            Assert.Equal(first.GasUsed, second.GasUsed);
            Assert.Equal(first.Error, second.Error);
            Assert.Equal(a.Root(), b.Root());
        }
    }

    private static TransactionResult Run<TTracer>(
        TransactionProcessor processor, EvmFork fork, int seed, TTracer tracer, out TestWorld world, out TTracer after)
        where TTracer : struct, ITracer
    {
        world = new TestWorld();
        world.Add(Sender, 0, 1UL << 60, []);
        world.Add(Contract, 1, 1UL << 40, RandomCode(new Random(seed)));
        processor.State.Reset(world);
        EvmTransaction transaction = new() { Sender = Sender, To = Contract, GasLimit = (ulong)Gas, MaxFeePerGas = 7, Data = new byte[100] };
        BlockEnvironment block = new()
        {
            Fork = fork,
            ChainId = 1,
            Number = 1000,
            Timestamp = 5,
            Coinbase = Address.FromNumber(0xbeef),
            GasLimit = Gas,
        };
        TransactionResult result = processor.Execute(block, transaction, Gas, SkippedChecks.None, ref tracer);
        world.Apply(processor.State);
        after = tracer;
        return result;
    }

    /// <summary>Mostly pushes of small or interesting numbers between any other bytes, so that programs get somewhere.</summary>
    private static byte[] RandomCode(Random random)
    {
        List<byte> code = [];
        int length = random.Next(5, 400);
        while (code.Count < length)
        {
            switch (random.Next(8))
            {
                case 0 or 1 or 2: code.AddRange([0x60, (byte)random.Next(256)]); break;
                case 3: code.AddRange([0x61, 0xc0, 0xde]); break;
                case 4: code.Add((byte)random.Next(0x80, 0xa0)); break;
                case 5: code.AddRange([0x60, (byte)random.Next(length), 0x56, 0x5b]); break;
                case 6: code.Add((byte)random.Next(0xf0, 0x100)); break;
                default: code.Add((byte)random.Next(256)); break;
            }
        }
        return code.ToArray();
    }

    /// <summary>Remembers the least gas that a step ever had.</summary>
    private struct StepCounter : ITracer
    {
        public long Lowest;

        public static bool TracesSteps => true;
        public static bool TracesCalls => true;

        public void Step(in StepView step)
        {
            Lowest = Math.Min(Lowest, step.Gas);
            Assert.True(step.Memory.Length % 32 == 0 && step.Stack.Length <= 1024 && step.Depth <= 1024);
        }

        public readonly void StepDone(long gasCost, EvmError error) { }
        public readonly void Enter(in CallView call) { }
        public readonly void Exit(in ExitView exit) { }
        public readonly void Log(in EvmLog log) { }
    }
}
