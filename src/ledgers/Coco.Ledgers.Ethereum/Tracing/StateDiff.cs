using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>
/// Parity's difference of states: of each account that changed balance, code, nonce and slots, each as it is ("="), new ("+"), gone
/// ("-") or changed ("*").
/// </summary>
internal sealed class StateDiff(TraceBudget budget) : TransactionTracer
{
    private readonly TouchedAccounts _touched = new(budget);
    private readonly ByteWriter _json = new(1024);

    public override bool WantsSteps => true;

    public override void Begin(TracedTransaction transaction) => _touched.Begin(transaction);

    public override void Step(in StepView step) => _touched.Step(step);

    public override void StepDone(long gasCost, EvmError error) => _touched.StepDone(error);

    public override void End(in TransactionResult result)
    {
        _json.WriteByte((byte)'{');
        foreach ((Address address, TouchedAccount before) in _touched.Accounts) Write(address, before);
        _json.WriteByte((byte)'}');
        budget.Keep(_json.Length);
    }

    public override void Write(ByteWriter json) => json.Raw(_json.Span);

    private void Write(in Address address, TouchedAccount before)
    {
        JournaledState state = _touched.State;
        int account = state.Account(address);
        var slots = new List<(UInt256 Slot, UInt256 Before, UInt256 Now)>();
        foreach ((UInt256 slot, UInt256 value) in before.Slots)
        {
            UInt256 now = state.SlotValue(state.Slot(account, slot));
            if (now != value) slots.Add((slot, value, now));
        }
        bool exists = !state.IsEmpty(account);
        bool isSame = state.Balance(account) == before.Balance && state.Nonce(account) == before.Nonce
            && state.CodeHash(account) == before.CodeHash && slots.Count == 0;
        if (isSame) return;
        char kind = before.IsEmpty ? '+' : exists ? '*' : '-';
        _json.Separate();
        _json.Data(address.Span);
        _json.Raw(":{"u8);
        _json.Name("balance"u8);
        WriteWord(kind, before.Balance, state.Balance(account));
        _json.Name("code"u8);
        WriteCode(kind, before.Code.Span, state.Code(account).Span);
        _json.Name("nonce"u8);
        WriteWord(kind, before.Nonce, state.Nonce(account));
        _json.Raw(",\"storage\":{"u8);
        foreach ((UInt256 slot, UInt256 old, UInt256 now) in slots)
        {
            if (kind == '-') continue;
            _json.Separate();
            _json.Word(slot);
            _json.WriteByte((byte)':');
            WriteSlot(kind, old, now);
        }
        _json.Raw("}}"u8);
    }

    private void WriteWord(char kind, in UInt256 before, in UInt256 now)
    {
        if (kind == '*' && before == now)
        {
            _json.Raw("\"=\""u8);
            return;
        }
        Open(kind);
        if (kind != '*') _json.Quantity(kind == '+' ? now : before);
        else
        {
            _json.Raw("{\"from\":"u8);
            _json.Quantity(before);
            _json.Raw(",\"to\":"u8);
            _json.Quantity(now);
            _json.WriteByte((byte)'}');
        }
        _json.WriteByte((byte)'}');
    }

    private void WriteCode(char kind, ReadOnlySpan<byte> before, ReadOnlySpan<byte> now)
    {
        if (kind == '*' && before.SequenceEqual(now))
        {
            _json.Raw("\"=\""u8);
            return;
        }
        Open(kind);
        if (kind != '*') _json.Data(kind == '+' ? now : before);
        else
        {
            _json.Raw("{\"from\":"u8);
            _json.Data(before);
            _json.Raw(",\"to\":"u8);
            _json.Data(now);
            _json.WriteByte((byte)'}');
        }
        _json.WriteByte((byte)'}');
    }

    private void WriteSlot(char kind, in UInt256 before, in UInt256 now)
    {
        Open(kind);
        if (kind == '+') _json.Word(now);
        else
        {
            _json.Raw("{\"from\":"u8);
            _json.Word(before);
            _json.Raw(",\"to\":"u8);
            _json.Word(now);
            _json.WriteByte((byte)'}');
        }
        _json.WriteByte((byte)'}');
    }

    private void Open(char kind)
    {
        _json.Raw("{\""u8);
        _json.WriteByte((byte)kind);
        _json.Raw("\":"u8);
    }
}
