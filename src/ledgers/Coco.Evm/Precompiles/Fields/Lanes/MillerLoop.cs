namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>Miller's loop over all pairs, which share the squarings.</summary>
internal static class MillerLoop<L, F, T>
    where L : unmanaged, ILanesOf<L, F> where F : unmanaged, IField<F> where T : ILaneTower<L>
{
    /// <summary>Multiplies the lines into <paramref name="value"/>, which is one; the digits are -1, 0 or 1, the highest last.</summary>
    internal static void Run(scoped in PairSet<L, F> pairs, ReadOnlySpan<sbyte> digits, ref Fp12Lanes<L> value)
    {
        foreach (ref PairLanes<L> group in pairs.Groups) group.Start(LaneTransfer<L, F>.One);
        for (int i = digits.Length - 2; i >= 0; i--)
        {
            if (i < digits.Length - 2) Fp12Lanes<L>.Square<T>(value, out value);
            for (int k = 0; k < pairs.Groups.Length; k++)
            {
                ref PairLanes<L> group = ref pairs.Groups[k];
                group.Double<T>(out LineLanes<L> line);
                Apply(line, pairs.CountIn(k), ref value);
                if (digits[i] == 0) continue;
                group.Add(group.Qx, digits[i] > 0 ? group.Qy : group.NegativeQy, out line);
                Apply(line, pairs.CountIn(k), ref value);
            }
        }
    }

    internal static void Apply(in LineLanes<L> line, int count, ref Fp12Lanes<L> value)
    {
        for (int lane = 0; lane < count; lane++) Fp12Lanes<L>.MultiplyByLine<T>(value, line, lane, out value);
    }
}
