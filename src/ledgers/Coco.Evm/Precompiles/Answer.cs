using System.Buffers;

namespace Coco.Evm.Precompiles;

/// <summary>A truth value as the machine writes it: one or zero in a word.</summary>
internal static class Answer
{
    internal static void Write(bool value, IBufferWriter<byte> output)
    {
        Span<byte> word = output.GetSpan(UInt256.Size)[..UInt256.Size];
        word.Clear();
        word[^1] = value ? (byte)1 : (byte)0;
        output.Advance(UInt256.Size);
    }
}
