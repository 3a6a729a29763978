using Coco.Boundary;
using Coco.Crypto;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Worker;

/// <summary>The sealing thread (ILedger's law): state hashing goes on beside the execution of later batches.</summary>
internal sealed class SealingLoop(
    ILedger ledger, Action<SealedInput> done, Action<string> diverged, Action<Exception> fail)
{
    private readonly Inbox<ExecutorEffect> _work = new();
    private readonly ByteWriter _results = new(1 << 16);
    private readonly BatchClaims _claims = new();

    public void Start() => new Thread(Run) { IsBackground = true, Name = "sealing" }.Start();

    public void Stop() => _work.Close();

    public void Post(ExecutorEffect effect)
    {
        if (effect is SettleEffect) _work.PostPatiently(effect);
        else _work.Post(effect);
    }

    private void Run()
    {
        try
        {
            while (!_work.IsClosed)
            {
                if (Drain()) _work.Doze(Limits.SettleEveryMs);
                else _work.Sleep(Timeout.Infinite);
            }
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    /// <summary>Several batches that were applied meanwhile are settled at once; says whether there were any.</summary>
    private bool Drain()
    {
        bool settle = false;
        while (!_work.IsClosed && _work.TryTake(out ExecutorEffect? effect))
        {
            switch (effect)
            {
                case SealEffect seal: Seal(seal.Batch); break;
                case UnsealEffect unseal: ledger.RolledBack(unseal.To); break;
                case SettleEffect: settle = true; break;
            }
        }
        if (settle && ledger.Settle() is { } difference) diverged(difference);
        return settle;
    }

    private void Seal(IExecutedBatch batch)
    {
        _results.Clear();
        _claims.Clear();
        batch.Seal(_results, _claims);
        done(new SealedInput(batch, _results.ToArray(), _claims.Root()));
    }
}
