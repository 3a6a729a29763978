using System.Buffers;
using Coco.Crypto;

namespace Coco.Evm.Precompiles;

/// <summary>
/// 0x100: ECDSA on P-256 (EIP-7951): hash, r, s, x, y of 32 bytes each. The result is 1 as a word, or nothing: also for
/// malformed input.
/// </summary>
internal sealed class P256Verify : Precompile
{
    private const int HashSize = 32;
    private const int InputSize = HashSize + P256.SignatureSize + P256.PointSize - 1;
    private const byte Uncompressed = 0x04;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 6900;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != InputSize) return true;
        Span<byte> point = stackalloc byte[P256.PointSize];
        point[0] = Uncompressed;
        input[(HashSize + P256.SignatureSize)..].CopyTo(point[1..]);
        if (P256.Verify(point, input[..HashSize], input.Slice(HashSize, P256.SignatureSize))) Answer.Write(true, output);
        return true;
    }
}
