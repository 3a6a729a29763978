using System.Runtime.CompilerServices;

namespace Coco.Evm.Run;

/// <summary>
/// Instructions on words that are too long to stand in the loop. Each is called with the pointer to its result, the operands
/// above it in the order of the stack: the topmost is the first. Safety: as <see cref="Interpreter"/>.
/// </summary>
internal static unsafe class Words
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Multiply(UInt256* r) => r[0] = WideArithmetic.Multiply(r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Divide(UInt256* r) => r[0] = WideArithmetic.Divide(r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SignedDivide(UInt256* r) => r[0] = SignedArithmetic.Divide(r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Modulo(UInt256* r) => r[0] = WideArithmetic.Modulo(r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SignedModulo(UInt256* r) => r[0] = SignedArithmetic.Modulo(r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddModulo(UInt256* r) => r[0] = WideArithmetic.AddModulo(r[2], r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MultiplyModulo(UInt256* r) => r[0] = WideArithmetic.MultiplyModulo(r[2], r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SignExtend(UInt256* r) => r[0] = SignedArithmetic.Extend(r[1], r[0]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SignedLess(UInt256* r) => r[0] = new UInt256(Carry.Of(SignedArithmetic.Less(r[1], r[0])));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SignedGreater(UInt256* r) => r[0] = new UInt256(Carry.Of(SignedArithmetic.Less(r[0], r[1])));

    /// <summary>BYTE: the index counts from the high end.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Byte(UInt256* r) =>
        r[0] = r[1].IsUInt64 && r[1].U0 < 32 ? (r[0] >> (248 - (8 * (int)r[1].U0))) & 0xffUL : default;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ShiftLeft(UInt256* r) => r[0] <<= Count(r[1]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ShiftRight(UInt256* r) => r[0] >>= Count(r[1]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ShiftRightSigned(UInt256* r) => r[0] = SignedArithmetic.ShiftRight(r[0], Count(r[1]));

    private static int Count(in UInt256 count) => count.IsUInt64 && count.U0 < 256 ? (int)count.U0 : 256;
}
