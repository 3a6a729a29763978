using System.Runtime.InteropServices;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Memory of one store: slabs of up to 1 MiB that the garbage collector neither scans nor moves, cut into blocks with a free list for
/// each size class. A block is named by a 32-bit reference: the slab in the upper half, the unit of 16 bytes in the lower; so a
/// store holds at most 64 GiB, or less with smaller slabs. References 0 and 1 name nothing.
/// <para>One writer allocates and frees; readers follow references that the writer has published. All access is bounds-checked
/// by spans, so a wrong reference reads wrong bytes of this store, never other memory.</para>
/// </summary>
internal sealed class Slabs(int slabBytes = Slabs.MaxSlabBytes)
{
    public const uint None = 0;

    private const int MaxSlabUnits = 1 << 16;
    public const int MaxSlabBytes = MaxSlabUnits << SizeClasses.UnitShift;

    private readonly int _slabUnits = slabBytes >> SizeClasses.UnitShift;

    /// <summary>What is larger has an array of its own.</summary>
    private readonly int _largest = Math.Min(SizeClasses.LargestBytes, slabBytes / 4);

    private readonly uint[] _free = new uint[SizeClasses.Count];
    private readonly Stack<int> _emptyPlaces = new();
    private byte[][] _slabs = new byte[64][];
    private int _used;
    private int _carved = slabBytes >> SizeClasses.UnitShift;
    private int _carving;

    /// <summary>Bytes of all slabs.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Bytes of blocks on free lists.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Slabs and large blocks: the managed objects that hold the state.</summary>
    public int Arrays => _used - _emptyPlaces.Count;

    /// <summary>The block, from an offset on, as <typeparamref name="T"/> in place.</summary>
    public ref T At<T>(uint reference, int offset = 0) where T : struct =>
        ref MemoryMarshal.AsRef<T>(_slabs[reference >> 16].AsSpan(OffsetOf(reference) + offset));

    public Span<byte> Bytes(uint reference, int offset, int length) =>
        new(_slabs[reference >> 16], OffsetOf(reference) + offset, length);

    public uint Allocate(int bytes)
    {
        if (bytes > _largest) return AllocateLarge(bytes);
        int sizeClass = SizeClasses.ClassOf(SizeClasses.UnitsFor(bytes));
        uint reference = _free[sizeClass];
        if (reference == None) return Carve(SizeClasses.UnitsOf(sizeClass));
        _free[sizeClass] = At<uint>(reference);
        FreeBytes -= SizeClasses.UnitsOf(sizeClass) << SizeClasses.UnitShift;
        return reference;
    }

    /// <summary>Takes a block back; <paramref name="bytes"/> is what it was allocated with.</summary>
    public void Free(uint reference, int bytes)
    {
        if (bytes > _largest) FreeLarge(reference);
        else Push(reference, SizeClasses.ClassOf(SizeClasses.UnitsFor(bytes)));
    }

    public void Release()
    {
        _slabs = [];
        Array.Clear(_free);
        _carved = _slabUnits;
        TotalBytes = FreeBytes = 0;
    }

    private static int OffsetOf(uint reference) => (int)(reference & (MaxSlabUnits - 1)) << SizeClasses.UnitShift;

    private void Push(uint reference, int sizeClass)
    {
        At<uint>(reference) = _free[sizeClass];
        _free[sizeClass] = reference;
        FreeBytes += SizeClasses.UnitsOf(sizeClass) << SizeClasses.UnitShift;
    }

    private uint Carve(int units)
    {
        if (_slabUnits - _carved < units)
        {
            FreeRest();
            _carving = Place(GC.AllocateUninitializedArray<byte>(slabBytes, pinned: true));
            _carved = _carving == 0 ? 2 : 0;
        }
        uint reference = ((uint)_carving << 16) | (uint)_carved;
        _carved += units;
        return reference;
    }

    /// <summary>What is left of the slab goes to the free lists.</summary>
    private void FreeRest()
    {
        while (_carved < _slabUnits)
        {
            int sizeClass = Math.Min(SizeClasses.ClassOf(_slabUnits - _carved), SizeClasses.Count - 1);
            if (SizeClasses.UnitsOf(sizeClass) > _slabUnits - _carved) sizeClass--;
            Push(((uint)_carving << 16) | (uint)_carved, sizeClass);
            _carved += SizeClasses.UnitsOf(sizeClass);
        }
    }

    private uint AllocateLarge(int bytes)
    {
        // The first slab must take place 0, where the references that name nothing are.
        if (_used == 0) Free(Carve(1), 1);
        return (uint)Place(GC.AllocateUninitializedArray<byte>(bytes, pinned: true)) << 16;
    }

    private void FreeLarge(uint reference)
    {
        int place = (int)(reference >> 16);
        TotalBytes -= _slabs[place].Length;
        _slabs[place] = [];
        _emptyPlaces.Push(place);
    }

    private int Place(byte[] array)
    {
        TotalBytes += array.Length;
        if (!_emptyPlaces.TryPop(out int place))
        {
            Invariant.Holds(_used < 1 << 16, "a store holds at most 65,536 slabs");
            place = _used++;
        }
        if (place == _slabs.Length)
        {
            // Readers may still use the old directory: all that they can reach is in it.
            byte[][] larger = new byte[_slabs.Length * 2][];
            _slabs.CopyTo(larger, 0);
            larger[place] = array;
            Volatile.Write(ref _slabs, larger);
        }
        else _slabs[place] = array;
        return place;
    }
}
