using System.Buffers;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>0x05: base^exponent mod modulus on numbers of any length (EIP-198; price: EIP-198, EIP-2565, EIP-7883; bounds: EIP-7823).</summary>
internal sealed class ModularExponentiation : Precompile
{
    private const int WordSize = 32;
    private const int HeaderSize = 3 * WordSize;

    /// <summary>Longest operand in bytes from Osaka on (EIP-7823).</summary>
    private const ulong MaxOperandSize = 1024;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork)
    {
        Lengths lengths = Lengths.Read(input);
        Span<byte> head = stackalloc byte[WordSize];
        head.Clear();
        int headSize = (int)Math.Min(lengths.Exponent, WordSize);
        if (lengths.Base < int.MaxValue - HeaderSize)
            PaddedInput.Copy(input, HeaderSize + (int)lengths.Base, head[(WordSize - headSize)..]);
        return ModExpGas.Of(lengths.Base, lengths.Exponent, lengths.Modulus, new UInt256(head).BitLength, fork);
    }

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        Lengths lengths = Lengths.Read(input);
        if (fork >= EvmFork.Osaka && Math.Max(Math.Max(lengths.Base, lengths.Exponent), lengths.Modulus) > MaxOperandSize) return false;
        if (lengths.Modulus == 0) return true;
        if (Math.Max(Math.Max(lengths.Base, lengths.Exponent), lengths.Modulus) > Lengths.MaxPayable) return false;

        int baseSize = (int)lengths.Base, exponentSize = (int)lengths.Exponent, modulusSize = (int)lengths.Modulus;
        ReadOnlySpan<byte> data = input.Length > HeaderSize ? input[HeaderSize..] : [];
        ReadOnlySpan<byte> modulusData = Part(data, baseSize + exponentSize, modulusSize);
        byte[] modulus = ArrayPool<byte>.Shared.Rent(modulusSize);
        Span<byte> result = output.GetSpan(modulusSize)[..modulusSize];
        PaddedInput.Copy(modulusData, 0, modulus.AsSpan(0, modulusSize));
        ModularPower.Compute(
            new PaddedNumber(Part(data, 0, baseSize), baseSize), new PaddedNumber(Part(data, baseSize, exponentSize), exponentSize),
            modulus.AsSpan(0, modulusSize), result);
        ArrayPool<byte>.Shared.Return(modulus);
        output.Advance(modulusSize);
        return true;
    }

    /// <summary>What the input holds of an operand; zeros follow.</summary>
    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> data, int start, int size) =>
        start >= data.Length ? [] : data.Slice(start, Math.Min(size, data.Length - start));

    /// <summary>The three lengths of the header; what does not fit 63 bits counts as the largest.</summary>
    private readonly record struct Lengths(ulong Base, ulong Exponent, ulong Modulus)
    {
        /// <summary>Beyond this no gas limit pays for the work, and sums of lengths could leave 31 bits.</summary>
        internal const ulong MaxPayable = 1 << 29;

        internal static Lengths Read(ReadOnlySpan<byte> input)
        {
            Span<byte> header = stackalloc byte[HeaderSize];
            PaddedInput.Copy(input, 0, header);
            return new Lengths(Length(header), Length(header[WordSize..]), Length(header[(2 * WordSize)..]));
        }

        private static ulong Length(ReadOnlySpan<byte> word)
        {
            var length = new UInt256(word[..WordSize]);
            return length.IsUInt64 ? Math.Min(length.U0, long.MaxValue) : long.MaxValue;
        }
    }
}
