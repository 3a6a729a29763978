using Coco.Evm;
using Coco.Evm.Tracing;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>What a simulated call came to.</summary>
internal sealed record SimulatedCall(
    ReadOnlyMemory<byte> Output, IReadOnlyList<SimulatedLog> Logs, ulong GasUsed, ulong MostGasUsed, EvmError Error,
    FailedInstruction? Failed);

internal sealed record SimulatedBlock(EthereumBlock Block, IReadOnlyList<SimulatedCall> Calls);
