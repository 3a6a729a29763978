using System.Buffers;
using Coco.Crypto;

namespace Coco.Evm.Precompiles;

/// <summary>0x03: RIPEMD-160 in the low 20 bytes of a word (yellow paper, appendix E.1).</summary>
internal sealed class Ripemd160Hash : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 600 + (120 * PaddedInput.Words(input.Length));

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        Span<byte> word = output.GetSpan(UInt256.Size)[..UInt256.Size];
        word.Clear();
        Ripemd160.Hash(input, word[^Ripemd160.Size..]);
        output.Advance(UInt256.Size);
        return true;
    }
}
