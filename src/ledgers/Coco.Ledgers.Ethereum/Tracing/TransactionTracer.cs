using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>A transaction that is traced.</summary>
/// <param name="Place">Null where it is in no block.</param>
/// <param name="FirstLog">How many logs came before it in its block.</param>
internal sealed record TracedTransaction(
    EvmTransaction Evm, BlockEnvironment Block, JournaledState State, TracePlace? Place = null, int FirstLog = 0);

/// <summary>Watches one transaction and tells what it saw as JSON.</summary>
internal abstract class TransactionTracer
{
    /// <summary>Whether it wants to see single instructions, which makes the run some times slower.</summary>
    public virtual bool WantsSteps => false;

    /// <summary>The state is that before the transaction.</summary>
    public virtual void Begin(TracedTransaction transaction)
    {
    }

    public virtual void Step(in StepView step)
    {
    }

    public virtual void StepDone(long gasCost, EvmError error)
    {
    }

    public virtual void Enter(in CallView call)
    {
    }

    public virtual void Exit(in ExitView exit)
    {
    }

    public virtual void Log(in EvmLog log)
    {
    }

    /// <summary>The state is that after the transaction.</summary>
    public virtual void End(in TransactionResult result)
    {
    }

    public abstract void Write(ByteWriter json);
}
