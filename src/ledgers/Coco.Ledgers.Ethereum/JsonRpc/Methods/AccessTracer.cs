using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Evm.State;
using Coco.Evm.Tracing;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Accounts and slots that a run touched, without those that are warm in any case.</summary>
internal sealed class TouchedState(Address from, Address target, EvmFork fork)
{
    private readonly SortedDictionary<Address, SortedSet<UInt256>> _touched = [];

    public int Count { get; private set; }

    public void Add(in Address address)
    {
        if (address != from && address != target && !PrecompileSet.IsPrecompile(address, fork)) SlotsOf(address);
    }

    public void Add(in Address address, in UInt256 slot)
    {
        if (SlotsOf(address).Add(slot)) Count++;
    }

    public void AddAll(IReadOnlyList<AccessListItem> list)
    {
        foreach (AccessListItem item in list)
        {
            Add(item.Address);
            foreach (UInt256 slot in item.Keys) Add(item.Address, slot);
        }
    }

    public List<AccessListItem> ToList() => [.. _touched.Select(pair => new AccessListItem(pair.Key, [.. pair.Value]))];

    private SortedSet<UInt256> SlotsOf(in Address address)
    {
        if (_touched.TryGetValue(address, out SortedSet<UInt256>? slots)) return slots;
        Count++;
        return _touched[address] = [];
    }
}

/// <summary>Notes what instructions touch, as geth's access list tracer.</summary>
internal readonly struct AccessTracer(TouchedState touched) : ITracer
{
    public static bool TracesSteps => true;
    public static bool TracesCalls => false;

    public void Step(in StepView step)
    {
        ReadOnlySpan<UInt256> stack = step.Stack;
        switch (step.Opcode)
        {
            case Opcode.SLoad or Opcode.SStore when stack.Length >= 1:
                touched.Add(step.Self, stack[^1]);
                break;
            case Opcode.Balance or Opcode.ExtCodeSize or Opcode.ExtCodeCopy or Opcode.ExtCodeHash or Opcode.SelfDestruct
                when stack.Length >= 1:
                touched.Add(new Address(stack[^1]));
                break;
            case Opcode.Call or Opcode.CallCode or Opcode.DelegateCall or Opcode.StaticCall when stack.Length >= 5:
                touched.Add(new Address(stack[^2]));
                break;
        }
    }

    public void StepDone(long gasCost, EvmError error)
    {
    }

    public void Enter(in CallView call)
    {
    }

    public void Exit(in ExitView exit)
    {
    }

    public void Log(in EvmLog log)
    {
    }
}
