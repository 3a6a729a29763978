using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>Logs of the machine, kept beyond the transaction.</summary>
internal static class LogEntries
{
    public static LogEntry Of(in EvmLog log)
    {
        var topics = new Hash256[log.TopicCount];
        for (int i = 0; i < topics.Length; i++) topics[i] = log.Topic(i);
        return new LogEntry(log.Address, topics, log.Data.ToArray());
    }

    public static LogEntry[] All(LogList logs)
    {
        var entries = new LogEntry[logs.Count];
        for (int i = 0; i < entries.Length; i++) entries[i] = Of(logs[i]);
        return entries;
    }
}
