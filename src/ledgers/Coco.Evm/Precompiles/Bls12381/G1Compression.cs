using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>Points of G1 in 48 bytes: x with three flags in its highest bits (the format of Zcash, used by EIP-4844).</summary>
internal static class G1Compression
{
    private const byte Compressed = 0x80;
    private const byte Infinity = 0x40;
    private const byte LargerRoot = 0x20;

    /// <summary>Refuses other encodings and points off the curve; whether a point is in the group, <see cref="G1Test"/> tells.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> source, out AffinePoint<Fp> point)
    {
        point = default;
        byte flags = source[0];
        if ((flags & Compressed) == 0) return false;
        if ((flags & Infinity) != 0) return flags == (Compressed | Infinity) && !source[1..Fp.Size].ContainsAnyExcept((byte)0);

        Span<byte> bytes = stackalloc byte[Fp.Size];
        source[..Fp.Size].CopyTo(bytes);
        bytes[0] &= LargerRoot - 1;
        if (!Fp.TryRead(bytes, out Fp x)) return false;
        if (!((x.Square() * x) + Bls12381Curve.B).TrySquareRoot(out Fp y)) return false;
        bool isLarger = (flags & LargerRoot) != 0;
        point = new AffinePoint<Fp>(x, y.IsLarge == isLarger ? y : -y);
        return true;
    }
}
