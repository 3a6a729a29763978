using System.Buffers;
using System.Buffers.Binary;
using Coco.Crypto;

namespace Coco.Evm.Precompiles;

/// <summary>0x09: the compression function of BLAKE2b (EIP-152): rounds, h, m, t, f; one gas a round.</summary>
internal sealed class Blake2F : Precompile
{
    private const int InputSize = 213;
    private const int StateAt = 4;
    private const int MessageAt = 68;
    private const int OffsetAt = 196;
    private const int FlagAt = 212;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) =>
        input.Length == InputSize ? BinaryPrimitives.ReadUInt32BigEndian(input) : 0;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != InputSize || input[FlagAt] > 1) return false;
        Span<ulong> state = stackalloc ulong[Blake2b.StateWords];
        Span<ulong> message = stackalloc ulong[Blake2b.MessageWords];
        Span<ulong> offset = stackalloc ulong[2];
        ReadWords(input[StateAt..], state);
        ReadWords(input[MessageAt..], message);
        ReadWords(input[OffsetAt..], offset);
        Blake2b.Compress(state, message, offset[0], offset[1], input[FlagAt] == 1, BinaryPrimitives.ReadUInt32BigEndian(input));

        Span<byte> result = output.GetSpan(Blake2b.StateWords * sizeof(ulong));
        for (int i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(result[(sizeof(ulong) * i)..], state[i]);
        output.Advance(Blake2b.StateWords * sizeof(ulong));
        return true;
    }

    private static void ReadWords(ReadOnlySpan<byte> source, Span<ulong> words)
    {
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(sizeof(ulong) * i)..]);
    }
}
