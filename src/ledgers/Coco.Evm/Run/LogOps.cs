using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Primitives;

namespace Coco.Evm.Run;

/// <summary>LOG0 to LOG4.</summary>
internal static class LogOps
{
    public static EvmError Log<TTracer>(Machine m, Frame f, Operands s, int topicCount, ref TTracer tracer)
        where TTracer : struct, ITracer
    {
        if (!f.Cover(s[0], s[1]) || !f.Charge((long)s[1].U0 * GasCosts.LogByte)) return EvmError.OutOfGas;
        if (f.IsStatic) return EvmError.StaticViolation;
        LogTopics topics = default;
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (int i = 0; i < topicCount; i++)
        {
            s[2 + i].WriteBigEndian(bytes);
            topics[i] = new Hash256(bytes);
        }
        ReadOnlySpan<byte> data = s[1].IsZero ? [] : f.Memory.Slice((int)s[0].U0, (int)s[1].U0);
        m.State.Logs.Add(f.Self, topics, topicCount, data);
        if (TTracer.TracesCalls) tracer.Log(m.State.Logs[m.State.Logs.Count - 1]);
        return EvmError.None;
    }
}
