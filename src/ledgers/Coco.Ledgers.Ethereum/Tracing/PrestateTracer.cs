using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

internal sealed record PrestateOptions(
    bool IsDiff = false, bool HasCode = true, bool HasStorage = true, bool HasEmpty = false);

/// <summary>geth's prestateTracer: what a transaction needs of the state, or what it changes.</summary>
internal sealed class PrestateTracer(TraceBudget budget, PrestateOptions options) : TransactionTracer
{
    private readonly TouchedAccounts _touched = new(budget);
    private readonly ByteWriter _pre = new(1024);
    private readonly ByteWriter _post = new(1024);

    public override bool WantsSteps => true;

    public override void Begin(TracedTransaction transaction) => _touched.Begin(transaction);

    public override void Step(in StepView step) => _touched.Step(step);

    public override void StepDone(long gasCost, EvmError error) => _touched.StepDone(error);

    public override void End(in TransactionResult result)
    {
        _pre.WriteByte((byte)'{');
        _post.WriteByte((byte)'{');
        foreach ((Address address, TouchedAccount account) in _touched.Accounts)
        {
            bool isShown = options.HasEmpty || !account.IsEmpty;
            if (!options.IsDiff)
            {
                if (isShown) WriteBefore(address, account, static (_, _) => true);
            }
            else if (_touched.IsDeleted(address))
            {
                if (isShown) WriteBefore(address, account, static (_, _) => true);
            }
            else WriteDifference(address, account, isShown);
        }
        _pre.WriteByte((byte)'}');
        _post.WriteByte((byte)'}');
        budget.Keep(_pre.Length + _post.Length);
    }

    public override void Write(ByteWriter json)
    {
        if (!options.IsDiff)
        {
            json.Raw(_pre.Span);
            return;
        }
        json.Raw("{\"post\":"u8);
        json.Raw(_post.Span);
        json.Raw(",\"pre\":"u8);
        json.Raw(_pre.Span);
        json.WriteByte((byte)'}');
    }

    private void WriteBefore(in Address address, TouchedAccount account, Func<UInt256, UInt256, bool> isWanted)
    {
        Open(_pre, address);
        _pre.Field("balance"u8, account.Balance);
        if (options.HasCode && account.Code.Length > 0) _pre.Data("code"u8, account.Code.Span);
        if (account.HasCode) _pre.Field("codeHash"u8, account.CodeHash);
        if (account.Nonce != 0) WriteNonce(_pre, account.Nonce);
        var slots = new List<(UInt256, UInt256)>();
        foreach ((UInt256 slot, UInt256 value) in account.Slots)
            if (options.HasStorage && isWanted(slot, value)) slots.Add((slot, value));
        WriteSlots(_pre, slots);
        _pre.WriteByte((byte)'}');
    }

    private void WriteDifference(in Address address, TouchedAccount before, bool isShown)
    {
        JournaledState state = _touched.State;
        int account = state.Account(address);
        var changed = new List<(UInt256 Slot, UInt256 Value)>();
        foreach ((UInt256 slot, UInt256 value) in before.Slots)
        {
            UInt256 now = state.SlotValue(state.Slot(account, slot));
            if (options.HasStorage && now != value) changed.Add((slot, now));
        }
        bool hasBalance = state.Balance(account) != before.Balance, hasNonce = state.Nonce(account) != before.Nonce;
        bool hasCode = state.CodeHash(account) != before.CodeHash;
        if (!hasBalance && !hasNonce && !hasCode && changed.Count == 0) return;

        var slots = changed.ConvertAll(static entry => entry.Slot);
        if (isShown) WriteBefore(address, before, (slot, value) => !value.IsZero && slots.Contains(slot));
        Open(_post, address);
        if (hasBalance) _post.Field("balance"u8, state.Balance(account));
        if (hasCode && options.HasCode && state.Code(account).Length > 0) _post.Data("code"u8, state.Code(account).Span);
        if (hasCode) _post.Field("codeHash"u8, state.CodeHash(account) == EvmCode.EmptyHash ? default : state.CodeHash(account));
        if (hasNonce) WriteNonce(_post, state.Nonce(account));
        WriteSlots(_post, changed.FindAll(static entry => !entry.Value.IsZero));
        _post.WriteByte((byte)'}');
    }

    private static void Open(ByteWriter json, in Address address)
    {
        json.Separate();
        json.Data(address.Span);
        json.Raw(":{"u8);
    }

    private static void WriteNonce(ByteWriter json, ulong nonce)
    {
        json.Name("nonce"u8);
        json.Number((long)nonce);
    }

    private static void WriteSlots(ByteWriter json, List<(UInt256 Slot, UInt256 Value)> slots)
    {
        if (slots.Count == 0) return;
        json.Name("storage"u8);
        json.WriteByte((byte)'{');
        foreach ((UInt256 slot, UInt256 value) in slots)
        {
            json.Separate();
            json.Word(slot);
            json.WriteByte((byte)':');
            json.Word(value);
        }
        json.WriteByte((byte)'}');
    }
}
