using System.Threading.Channels;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Worker;

/// <summary>The sealing thread (ILedger's law): state hashing goes on beside the execution of later batches.</summary>
internal sealed class SealingLoop(
    ILedger ledger, Action<IExecutedBatch, ReadOnlyMemory<byte>> done, Action<string> diverged, Action<Exception> fail)
{
    private readonly Channel<ExecutorEffect> _work =
        Channel.CreateUnbounded<ExecutorEffect>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ByteWriter _results = new(1 << 16);

    public void Start() => new Thread(Run) { IsBackground = true, Name = "sealing" }.Start();

    public void Stop() => _work.Writer.TryComplete();

    public void Post(ExecutorEffect effect) => _work.Writer.TryWrite(effect);

    private void Run()
    {
        try
        {
            ChannelReader<ExecutorEffect> reader = _work.Reader;
            while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()) Drain(reader);
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    /// <summary>Several batches that were applied meanwhile are settled at once.</summary>
    private void Drain(ChannelReader<ExecutorEffect> reader)
    {
        bool settle = false;
        while (reader.TryRead(out ExecutorEffect? effect))
        {
            switch (effect)
            {
                case SealEffect seal: Seal(seal.Batch); break;
                case UnsealEffect unseal: ledger.RolledBack(unseal.To); break;
                case SettleEffect: settle = true; break;
            }
        }
        if (settle && ledger.Settle() is { } difference) diverged(difference);
    }

    private void Seal(IExecutedBatch batch)
    {
        _results.Clear();
        batch.Seal(_results);
        done(batch, _results.ToArray());
    }
}
