namespace Coco.Evm.Precompiles;

/// <summary>Inputs of the older contracts read as if zeros followed them without end.</summary>
internal static class PaddedInput
{
    /// <summary>Fills <paramref name="destination"/> with the input from <paramref name="start"/> on.</summary>
    internal static void Copy(ReadOnlySpan<byte> input, int start, Span<byte> destination)
    {
        ReadOnlySpan<byte> present = start >= input.Length ? [] : input[start..];
        if (present.Length > destination.Length) present = present[..destination.Length];
        present.CopyTo(destination);
        destination[present.Length..].Clear();
    }

    /// <summary>The number of 32-byte words that hold <paramref name="length"/> bytes.</summary>
    internal static long Words(int length) => (length + 31L) / 32;
}
