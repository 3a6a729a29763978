using System.Text;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>geth's noopTracer: shows that a transaction can be run again.</summary>
internal sealed class NoopTracer : TransactionTracer
{
    public override void Write(ByteWriter json) => json.Raw("{}"u8);
}

/// <summary>geth's 4byteTracer: how often which function was called with how many bytes of arguments.</summary>
internal sealed class FourByteTracer : TransactionTracer
{
    private const int Selector = 4;

    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public override void Enter(in CallView call)
    {
        bool isCall = call.Kind is CallKind.Call or CallKind.CallCode or CallKind.DelegateCall or CallKind.StaticCall;
        if (!isCall || call.IsPrecompile || call.Input.Length < Selector) return;
        string key = $"0x{Convert.ToHexStringLower(call.Input[..Selector])}-{call.Input.Length - Selector}";
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    public override void Write(ByteWriter json)
    {
        json.WriteByte((byte)'{');
        foreach ((string key, int count) in _counts)
        {
            json.Name(Encoding.ASCII.GetBytes(key));
            json.Number(count);
        }
        json.WriteByte((byte)'}');
    }
}

/// <summary>geth's muxTracer: several tracers in one run.</summary>
internal sealed class MuxTracer(IReadOnlyList<(string Name, TransactionTracer Tracer)> tracers) : TransactionTracer
{
    public override bool WantsSteps => tracers.Any(static entry => entry.Tracer.WantsSteps);

    public override void Begin(TracedTransaction transaction)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.Begin(transaction);
    }

    public override void Step(in StepView step)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.Step(step);
    }

    public override void StepDone(long gasCost, EvmError error)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.StepDone(gasCost, error);
    }

    public override void Enter(in CallView call)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.Enter(call);
    }

    public override void Exit(in ExitView exit)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.Exit(exit);
    }

    public override void Log(in EvmLog log)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.Log(log);
    }

    public override void End(in TransactionResult result)
    {
        foreach ((_, TransactionTracer tracer) in tracers) tracer.End(result);
    }

    public override void Write(ByteWriter json)
    {
        json.WriteByte((byte)'{');
        foreach ((string name, TransactionTracer tracer) in tracers)
        {
            json.Name(Encoding.ASCII.GetBytes(name));
            tracer.Write(json);
        }
        json.WriteByte((byte)'}');
    }
}
