using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Tracing;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>A log of a simulated call with its place in the block.</summary>
internal sealed record SimulatedLog(LogEntry Log, int Index);

/// <summary>
/// Gathers the logs of the calls of a simulated block; transfers of the native coin count as logs of ERC-7528's address where that is
/// wanted. Indexes count what was undone too, as in geth.
/// </summary>
internal sealed class TransferTracer(bool hasTransfers, TraceBudget budget) : TransactionTracer
{
    private const int EntryBytes = 256;

    private static readonly Address NativeCoin = new(Convert.FromHexString("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"));

    /// <summary>keccak256("Transfer(address,address,uint256)").</summary>
    private static readonly Hash256 Transfer =
        new(Convert.FromHexString("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"));

    private readonly Stack<List<SimulatedLog>> _open = new();
    private int _count;

    /// <summary>Of the last call; none where it failed.</summary>
    public IReadOnlyList<SimulatedLog> Logs { get; private set; } = [];

    public override void Enter(in CallView call)
    {
        _open.Push([]);
        bool moves = call.Kind != CallKind.DelegateCall && !call.Value.IsZero;
        if (hasTransfers && moves) Add(new LogEntry(NativeCoin, [Transfer, Pad(call.From), Pad(call.To)], call.Value.ToBigEndian()));
    }

    public override void Exit(in ExitView exit)
    {
        List<SimulatedLog> logs = _open.Pop();
        if (exit.Error != EvmError.None) logs.Clear();
        if (_open.TryPeek(out List<SimulatedLog>? outer)) outer.AddRange(logs);
        else Logs = logs;
    }

    public override void Log(in EvmLog log)
    {
        budget.Keep(EntryBytes + log.Data.Length);
        Add(LogEntries.Of(log));
    }

    public override void Write(ByteWriter json)
    {
    }

    private void Add(LogEntry log) => _open.Peek().Add(new SimulatedLog(log, _count++));

    private static Hash256 Pad(in Address address)
    {
        Span<byte> word = stackalloc byte[Hash256.Size];
        word.Clear();
        address.CopyTo(word[(Hash256.Size - Address.Size)..]);
        return new Hash256(word);
    }
}
