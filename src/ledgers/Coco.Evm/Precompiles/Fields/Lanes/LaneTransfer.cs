namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>Moves what is made of several numbers into lanes and back.</summary>
internal static class LaneTransfer<L, F> where L : unmanaged, ILanesOf<L, F> where F : unmanaged, IField<F>
{
    /// <summary>One in all lanes.</summary>
    internal static readonly L One = InAllLanes(F.One);

    internal static L InAllLanes(in F value)
    {
        L number = default;
        for (int lane = 0; lane < PairLanes<L>.Capacity; lane++) L.Set(ref number, lane, value);
        return number;
    }

    internal static Fp2Lanes<L> InAllLanes(in Fp2<F> value) => new() { C0 = InAllLanes(value.C0), C1 = InAllLanes(value.C1) };

    internal static void Set(ref Fp2Lanes<L> number, int lane, in Fp2<F> value)
    {
        L.Set(ref number.C0, lane, value.C0);
        L.Set(ref number.C1, lane, value.C1);
    }

    internal static Fp2<F> Get(in Fp2Lanes<L> number, int lane) => new(L.Get(number.C0, lane), L.Get(number.C1, lane));

    internal static void Set(ref Fp2Lanes<L> number, in Fp2<F> first, in Fp2<F> second)
    {
        Set(ref number, 0, first);
        Set(ref number, 1, second);
        Fp12Lanes<L>.FillSum(ref number);
    }

    internal static Fp12Lanes<L> ToLanes<T>(in Fp12<F, T> value) where T : ITower<F>
    {
        Fp12Lanes<L> lanes = default;
        Set(ref lanes.B0, value.C0.B0, value.C1.B0);
        Set(ref lanes.B1, value.C0.B1, value.C1.B1);
        Set(ref lanes.B2, value.C0.B2, value.C1.B2);
        return lanes;
    }

    internal static Fp12<F, T> FromLanes<T>(in Fp12Lanes<L> value) where T : ITower<F> => new(
        new Fp6<F, T>(Get(value.B0, 0), Get(value.B1, 0), Get(value.B2, 0)), new Fp6<F, T>(Get(value.B0, 1), Get(value.B1, 1), Get(value.B2, 1)));

    /// <summary>The roots by which the p-th power multiplies the coefficients of w^k: the powers of what it makes of w, divided by w.</summary>
    internal static Fp12Lanes<L> RootsOf(in Fp2<F> root)
    {
        Fp12Lanes<L> roots = default;
        Fp2<F> square = root.Square(), cube = square * root;
        Set(ref roots.B0, Fp2<F>.One, root);
        Set(ref roots.B1, square, cube);
        Set(ref roots.B2, square.Square(), square * cube);
        return roots;
    }
}
