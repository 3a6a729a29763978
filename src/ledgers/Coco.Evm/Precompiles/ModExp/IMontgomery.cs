namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Montgomery multiplication under one odd modulus, with some radix R.</summary>
internal interface IMontgomery
{
    /// <summary>Words in which a number is held.</summary>
    int Length { get; }

    /// <summary>Bits of R.</summary>
    int RadixBits { get; }

    /// <summary>Takes a plain number below the modulus.</summary>
    void Load(ReadOnlySpan<ulong> plain, Span<ulong> held);

    /// <summary>Gives the plain number of what is held in Montgomery's form.</summary>
    void Leave(Span<ulong> held, Span<ulong> plain);

    /// <summary>a b / R. The result may lie in place of a factor.</summary>
    void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result);
}
