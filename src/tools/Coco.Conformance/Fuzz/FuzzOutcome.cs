using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Fuzz;

/// <summary>An account as a transaction left it.</summary>
internal sealed record FuzzAccount(AccountChange Change, IReadOnlyList<SlotChange> Slots, byte[]? NewCode);

/// <summary>Everything that a transaction did, copied out of the machine.</summary>
internal sealed record FuzzOutcome(
    TransactionRefusal Refusal, EvmError Error, long GasUsed, byte[] Output, IReadOnlyList<LogEntry> Logs, IReadOnlyList<FuzzAccount> Accounts)
{
    public bool IsExecuted => Refusal == TransactionRefusal.None;
    public bool IsSuccess => IsExecuted && Error == EvmError.None;

    public static FuzzOutcome Of(in TransactionResult result, JournaledState state)
    {
        var changes = new StateChanges();
        state.CollectChanges(changes);
        List<FuzzAccount> accounts = [];
        foreach (AccountChange change in changes.Accounts)
            accounts.Add(new FuzzAccount(change, [.. changes.Slots(change)], change.IsCodeNew ? state.NewCode(change.CodeHash).ToArray() : null));
        return new FuzzOutcome(result.Refusal, result.Error, result.GasUsed, result.Output.ToArray(), Copy(state.Logs), accounts);
    }

    /// <summary>The first thing in which two runs of the same case differ; null if none.</summary>
    public string? DifferenceFrom(FuzzOutcome other)
    {
        if ((Refusal, Error, GasUsed) != (other.Refusal, other.Error, other.GasUsed))
            return $"{other.Refusal} {other.Error} {other.GasUsed} then {Refusal} {Error} {GasUsed}";
        if (!Output.AsSpan().SequenceEqual(other.Output)) return "output";
        if (Logs.Count != other.Logs.Count) return "logs";
        if (Accounts.Count != other.Accounts.Count) return "accounts";
        for (int i = 0; i < Accounts.Count; i++)
            if (Accounts[i].Change != other.Accounts[i].Change || !Accounts[i].Slots.SequenceEqual(other.Accounts[i].Slots)) return $"{Accounts[i].Change.Address}";
        return null;
    }

    private static LogEntry[] Copy(LogList logs)
    {
        var copies = new LogEntry[logs.Count];
        for (int i = 0; i < copies.Length; i++)
        {
            EvmLog log = logs[i];
            var topics = new Hash256[log.TopicCount];
            for (int t = 0; t < topics.Length; t++) topics[t] = log.Topic(t);
            copies[i] = new LogEntry(log.Address, topics, log.Data.ToArray());
        }
        return copies;
    }
}
