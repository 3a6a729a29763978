using System.Numerics;

namespace Coco.Store;

/// <summary>
/// Block sizes of the slabs, in units of 16 bytes: every unit up to 16, then four steps to each doubling, so at most a fifth of a
/// larger block is unused.
/// </summary>
internal static class SizeClasses
{
    public const int UnitShift = 4;
    public const int Count = 56;

    /// <summary>Blocks above this get an array of their own.</summary>
    public const int LargestBytes = 256 << 10;

    private const int LinearUnits = 16;

    public static int UnitsFor(int bytes) => (bytes + (1 << UnitShift) - 1) >> UnitShift;

    public static int ClassOf(int units)
    {
        if (units <= LinearUnits) return Math.Max(units, 1) - 1;
        int power = BitOperations.Log2((uint)units - 1);
        return LinearUnits + ((power - 4) * 4) + (((units - 1) >> (power - 2)) & 3);
    }

    public static int UnitsOf(int sizeClass)
    {
        if (sizeClass < LinearUnits) return sizeClass + 1;
        int step = sizeClass - LinearUnits;
        return ((step & 3) + 5) << ((step >> 2) + 2);
    }
}
