using System.Runtime.CompilerServices;

namespace Coco.Evm.Run;

/// <summary>
/// The stack as an instruction sees it: 0 is the top. Safety: made by the interpreter after its check that the stack holds what
/// the instruction takes and has room for what it gives; the memory is pinned for the life of the frame.
/// </summary>
internal readonly unsafe struct Operands(UInt256* top)
{
    public ref UInt256 this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref top[-index];
    }
}
