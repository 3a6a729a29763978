using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>An account as it was when the transaction first touched it, with the slots that it touched.</summary>
internal sealed class TouchedAccount
{
    public required UInt256 Balance { get; init; }
    public required ulong Nonce { get; init; }
    public required Hash256 CodeHash { get; init; }
    public required ReadOnlyMemory<byte> Code { get; init; }
    public SortedDictionary<UInt256, UInt256> Slots { get; } = [];

    public bool HasCode => CodeHash != EvmCode.EmptyHash;
    public bool IsEmpty => Balance.IsZero && Nonce == 0 && !HasCode;
}

/// <summary>
/// Finds what a transaction touches by looking at instructions before they run, as geth's prestateTracer does. Values are those
/// before the transaction: whatever it changes it touches first.
/// </summary>
internal sealed class TouchedAccounts(TraceBudget budget)
{
    /// <summary>What an account or slot costs beside its code.</summary>
    private const int EntryBytes = 256;

    private readonly SortedDictionary<Address, TouchedAccount> _accounts = [];
    private readonly HashSet<Address> _deleted = [];
    private readonly List<(Address Account, UInt256? Slot)> _ofStep = [];
    private JournaledState _state = null!;

    public IReadOnlyDictionary<Address, TouchedAccount> Accounts => _accounts;

    public JournaledState State => _state;

    /// <summary>Whether SELFDESTRUCT ran in the account's code.</summary>
    public bool IsDeleted(in Address address) => _deleted.Contains(address);

    public void Begin(TracedTransaction transaction)
    {
        _state = transaction.State;
        Address sender = transaction.Evm.Sender;
        Address to = transaction.Evm.To ?? ContractAddress.OfNonce(sender, _state.Nonce(_state.Account(sender)));
        if (transaction.Evm.To is not null) AddDelegate(to);
        Add(sender);
        Add(to);
        Add(transaction.Block.Coinbase);
        foreach (Coco.Evm.Transactions.Authorization authorization in transaction.Evm.Authorizations)
            if (authorization.Authority is { } authority) Add(authority);
    }

    public void Step(in StepView step)
    {
        _ofStep.Clear();
        ReadOnlySpan<UInt256> stack = step.Stack;
        switch (step.Opcode)
        {
            case Opcode.SLoad or Opcode.SStore when stack.Length >= 1:
                AddSlot(step.Self, stack[^1]);
                break;
            case Opcode.ExtCodeCopy or Opcode.ExtCodeHash or Opcode.ExtCodeSize or Opcode.Balance or Opcode.SelfDestruct
                when stack.Length >= 1:
                Add(new Address(stack[^1]));
                if (step.Opcode == Opcode.SelfDestruct) MarkDeleted(step);
                break;
            case Opcode.Call or Opcode.CallCode or Opcode.DelegateCall or Opcode.StaticCall when stack.Length >= 5:
                var to = new Address(stack[^2]);
                Add(to);
                AddDelegate(to);
                break;
            case Opcode.Create:
                Add(ContractAddress.OfNonce(step.Self, _state.Nonce(_state.Account(step.Self))));
                break;
            case Opcode.Create2 when stack.Length >= 4:
                AddCreated(step);
                break;
        }
    }

    /// <summary>An instruction that could not begin touched nothing.</summary>
    public void StepDone(EvmError error)
    {
        if (error is not (EvmError.OutOfGas or EvmError.StackUnderflow or EvmError.StackOverflow)) return;
        foreach ((Address account, UInt256? slot) in _ofStep)
        {
            if (slot is { } key) _accounts[account].Slots.Remove(key);
            else _accounts.Remove(account);
        }
    }

    /// <summary>Since Cancun only contracts of the same transaction go (EIP-6780).</summary>
    private void MarkDeleted(in StepView step)
    {
        if (!step.Rules.KeepsDestroyed || _state.IsCreatedNow(_state.Account(step.Self))) _deleted.Add(step.Self);
    }

    private void AddCreated(in StepView step)
    {
        ReadOnlySpan<UInt256> stack = step.Stack;
        if (!stack[^2].IsUInt64 || stack[^3] > Limits.InitCodeBytes) return;
        byte[] initCode = new byte[(int)stack[^3].U0];
        ReadOnlySpan<byte> memory = step.Memory;
        // Memory grows with the instruction: beyond its end are zeros.
        if (stack[^2].U0 < (ulong)memory.Length)
        {
            ReadOnlySpan<byte> there = memory[(int)stack[^2].U0..];
            there[..Math.Min(there.Length, initCode.Length)].CopyTo(initCode);
        }
        Add(ContractAddress.OfSalt(step.Self, stack[^4], Keccak256.Hash(initCode)));
    }

    private void AddDelegate(in Address address)
    {
        if (_state.Code(_state.Account(address)).IsDelegation(out Address target)) Add(target);
    }

    private void Add(in Address address)
    {
        if (_accounts.ContainsKey(address)) return;
        int account = _state.Account(address);
        EvmCode code = _state.Code(account);
        budget.Keep(EntryBytes + code.Length);
        _ofStep.Add((address, null));
        _accounts[address] = new TouchedAccount
        {
            Balance = _state.Balance(account),
            Nonce = _state.Nonce(account),
            CodeHash = _state.CodeHash(account),
            Code = code.Memory,
        };
    }

    private void AddSlot(in Address address, in UInt256 slot)
    {
        Add(address);
        SortedDictionary<UInt256, UInt256> slots = _accounts[address].Slots;
        if (slots.ContainsKey(slot)) return;
        budget.Keep(EntryBytes);
        _ofStep.Insert(0, (address, slot));
        slots[slot] = _state.SlotValue(_state.Slot(_state.Account(address), slot));
    }
}
