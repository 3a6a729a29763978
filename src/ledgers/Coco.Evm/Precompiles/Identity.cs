using System.Buffers;

namespace Coco.Evm.Precompiles;

/// <summary>0x04: returns its input (yellow paper, appendix E.1).</summary>
internal sealed class Identity : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 15 + (3 * PaddedInput.Words(input.Length));

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        output.Write(input);
        return true;
    }
}
