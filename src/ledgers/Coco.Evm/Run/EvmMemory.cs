using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coco.Evm.Run;

/// <summary>The memory of a frame: grows in words, is zero where it was never written.</summary>
internal sealed class EvmMemory
{
    /// <summary>At least <see cref="Size"/> long. Replaced when the memory grows.</summary>
    public byte[] Bytes { get; private set; } = new byte[1024];

    /// <summary>Bytes in use, a multiple of 32.</summary>
    public int Size { get; private set; }

    /// <summary>A whole word can be read or written at any place below this.</summary>
    public ulong WordStarts { get; private set; }

    /// <summary>The byte at a place that the caller has checked against <see cref="WordStarts"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte At(ulong place) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Bytes), (nuint)place);

    public Span<byte> Slice(int start, int length) => Bytes.AsSpan(start, length);

    public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Size);

    public void Clear()
    {
        Size = 0;
        WordStarts = 0;
        if (Bytes.Length > Limits.KeptMemoryBytes) Bytes = new byte[1024];
    }

    /// <summary>What growing to <paramref name="end"/> bytes costs: 3w + w^2/512 for w words, less what was paid.</summary>
    public long GasToCover(long end)
    {
        long before = Size >> 5, after = (end + 31) >> 5;
        return (GasCosts.Word * (after - before)) + ((after * after) >> 9) - ((before * before) >> 9);
    }

    public void Cover(int end)
    {
        int size = (end + 31) & ~31;
        if (size > Bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)size));
            Bytes.AsSpan(0, Size).CopyTo(larger);
            Bytes = larger;
        }
        Bytes.AsSpan(Size, size - Size).Clear();
        Size = size;
        WordStarts = (ulong)size - 31;
    }
}
