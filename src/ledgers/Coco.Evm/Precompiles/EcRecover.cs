using System.Buffers;
using Coco.Crypto;

namespace Coco.Evm.Precompiles;

/// <summary>0x01: the address that signed a hash (yellow paper, appendix E.1). Where there is none, the result is empty.</summary>
internal sealed class EcRecover : Precompile
{
    private const int InputSize = 128;
    private const int HashSize = 32;
    private const int SignatureAt = 64;
    private const byte FirstRecoveryByte = 27;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 3000;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        Span<byte> padded = stackalloc byte[InputSize];
        PaddedInput.Copy(input, 0, padded);
        int recoveryId = padded[SignatureAt - 1] - FirstRecoveryByte;
        bool isSmall = !padded[HashSize..(SignatureAt - 1)].ContainsAnyExcept((byte)0);
        if (!isSmall || recoveryId is not (0 or 1)) return true;

        Span<byte> word = stackalloc byte[UInt256.Size];
        word.Clear();
        if (Secp256k1.TryRecoverAddress(padded[..HashSize], padded[SignatureAt..], recoveryId, word[^Address.Size..])) output.Write(word);
        return true;
    }
}
