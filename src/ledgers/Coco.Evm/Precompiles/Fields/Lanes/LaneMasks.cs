using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>Lanes to keep, by their numbers.</summary>
internal static class LaneMasks
{
    private const ulong All = ulong.MaxValue;

    internal static Vector256<ulong> Of1 => Vector256.Create(0, All, 0, 0);
    internal static Vector256<ulong> Of2 => Vector256.Create(0, 0, All, 0);
    internal static Vector256<ulong> Of12 => Vector256.Create(0, All, All, 0);
    internal static Vector256<ulong> Of02 => Vector256.Create(All, 0, All, 0);

    /// <summary>One lane's value in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Lane1(Vector256<ulong> a) => Vector256.Shuffle(a, Vector256.Create(1UL, 1, 1, 1));
}
