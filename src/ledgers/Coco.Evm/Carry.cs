using System.Runtime.CompilerServices;

namespace Coco.Evm;

/// <summary>
/// What is carried from one word to the next, as a number. Written as <c>x ? 1 : 0</c> it becomes a jump inside of loops, and carries
/// are as random as the numbers: half the jumps are predicted wrongly, which costs more than the product.
/// </summary>
internal static class Carry
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(bool overflows) => Unsafe.BitCast<bool, byte>(overflows);
}
