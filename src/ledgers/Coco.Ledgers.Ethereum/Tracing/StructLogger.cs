using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>What the struct logger shows. <paramref name="Limit"/>: bytes after which no further line is written; 0: no limit.</summary>
internal sealed record StructLogOptions(
    bool HasMemory = false, bool HasStack = true, bool HasStorage = true, bool HasReturnData = false, long Limit = 0);

/// <summary>geth's default tracer: one line for each instruction. Written while it runs, so that nothing else is kept.</summary>
internal sealed class StructLogger(StructLogOptions options, TraceBudget budget) : TransactionTracer
{
    private readonly ByteWriter _lines = new(4096);

    /// <summary>The fields of the present line that must be taken before the instruction, and are written after its cost.</summary>
    private readonly ByteWriter _after = new(1024);
    private readonly Dictionary<Address, SortedDictionary<UInt256, UInt256>> _storage = [];
    private JournaledState? _state;
    private Opcode _opcode;
    private int _pc, _depth, _height;
    private long _gas;
    private bool _isFull;
    private bool _hasFailed, _isReverted;
    private long _gasUsed;
    private byte[] _output = [];

    public override bool WantsSteps => true;

    public override void Step(in StepView step)
    {
        _isFull = options.Limit != 0 && _lines.Length > options.Limit;
        if (_isFull) return;
        _state = step.State;
        _opcode = step.Opcode;
        _pc = step.Pc;
        _gas = step.Gas;
        _depth = step.Depth + 1;
        _height = step.Stack.Length;
        // The opening bracket keeps the first field from getting a comma.
        _after.Clear();
        _after.WriteByte((byte)'{');
        if (options.HasStack) WriteStack(step.Stack);
        if (options.HasReturnData && step.ReturnData.Length > 0) _after.Data("returnData"u8, step.ReturnData);
        if (options.HasMemory && step.Memory.Length > 0) WriteMemory(step.Memory);
        if (options.HasStorage && step.Opcode is Opcode.SLoad or Opcode.SStore) WriteStorage(step);
    }

    public override void StepDone(long gasCost, EvmError error)
    {
        if (_isFull) return;
        int start = _lines.Length;
        if (start > 0) _lines.WriteByte((byte)',');
        _lines.Raw("{\"pc\":"u8);
        _lines.Number(_pc);
        _lines.Raw(",\"op\":"u8);
        _lines.Text(GethErrors.NameOf(_opcode));
        _lines.Raw(",\"gas\":"u8);
        _lines.Number(_gas);
        _lines.Raw(",\"gasCost\":"u8);
        _lines.Number(gasCost);
        _lines.Raw(",\"depth\":"u8);
        _lines.Number(_depth);
        // geth shows the line before the instruction runs: of errors it knows those of the stack and of gas only.
        if (error is EvmError.OutOfGas or EvmError.StackUnderflow or EvmError.StackOverflow)
        {
            _lines.Name("error"u8);
            _lines.Text(GethErrors.Of(error, new FailedInstruction(_opcode, _height)));
        }
        if (_after.Length > 1)
        {
            _lines.WriteByte((byte)',');
            _lines.Raw(_after.Span[1..]);
        }
        if (_state!.Refund != 0)
        {
            _lines.Raw(",\"refund\":"u8);
            _lines.Number(_state.Refund);
        }
        _lines.WriteByte((byte)'}');
        budget.Keep(_lines.Length - start);
    }

    public override void End(in TransactionResult result)
    {
        _hasFailed = !result.IsSuccess;
        _isReverted = result.Error == EvmError.Reverted;
        _gasUsed = result.GasUsed;
        _output = result.Output.ToArray();
    }

    public override void Write(ByteWriter json)
    {
        json.Raw("{\"gas\":"u8);
        json.Number(_gasUsed);
        json.Raw(",\"failed\":"u8);
        json.Bool(_hasFailed);
        json.Data("returnValue"u8, _hasFailed && !_isReverted ? [] : _output);
        json.Raw(",\"structLogs\":["u8);
        json.Raw(_lines.Span);
        json.Raw("]}"u8);
    }

    private void WriteStack(ReadOnlySpan<UInt256> stack)
    {
        _after.Name("stack"u8);
        _after.WriteByte((byte)'[');
        foreach (ref readonly UInt256 word in stack)
        {
            _after.Separate();
            _after.Quantity(word);
        }
        _after.WriteByte((byte)']');
    }

    private void WriteMemory(ReadOnlySpan<byte> memory)
    {
        _after.Name("memory"u8);
        _after.WriteByte((byte)'[');
        for (int at = 0; at < memory.Length; at += UInt256.Size)
        {
            _after.Separate();
            _after.Data(memory.Slice(at, UInt256.Size));
        }
        _after.WriteByte((byte)']');
    }

    /// <summary>All slots of the contract that were read or written so far.</summary>
    private void WriteStorage(in StepView step)
    {
        bool isStore = step.Opcode == Opcode.SStore;
        if (step.Stack.Length < (isStore ? 2 : 1)) return;
        if (!_storage.TryGetValue(step.Self, out SortedDictionary<UInt256, UInt256>? slots)) _storage[step.Self] = slots = [];
        UInt256 slot = step.Stack[^1];
        slots[slot] = isStore ? step.Stack[^2] : step.State.SlotValue(step.State.Slot(step.State.Account(step.Self), slot));
        _after.Name("storage"u8);
        _after.WriteByte((byte)'{');
        foreach ((UInt256 key, UInt256 value) in slots)
        {
            _after.Separate();
            _after.Word(key);
            _after.WriteByte((byte)':');
            _after.Word(value);
        }
        _after.WriteByte((byte)'}');
    }
}
