using System.Buffers;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Evm.Precompiles;

/// <summary>0x02: SHA-256 (yellow paper, appendix E.1).</summary>
internal sealed class Sha256Hash : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 60 + (12 * PaddedInput.Words(input.Length));

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        Sha256.Hash(input, output.GetSpan(Hash256.Size));
        output.Advance(Hash256.Size);
        return true;
    }
}
