using System.Buffers;

namespace Coco.Evm.Precompiles;

/// <summary>
/// A contract that the protocol defines and the host executes. Law: both members are pure functions of their arguments;
/// no input makes them throw; <see cref="TryRun"/> is called only after its gas was paid.
/// </summary>
public abstract class Precompile
{
    /// <summary>The price of a run on this input; <see cref="long.MaxValue"/> refuses it.</summary>
    public abstract long Gas(ReadOnlySpan<byte> input, EvmFork fork);

    /// <summary>Appends the result to <paramref name="output"/>. False: the call fails and all its gas is consumed.</summary>
    public abstract bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output);
}
