using System.Buffers;

namespace Coco.Evm.Precompiles.Fields;

/// <summary>
/// A sum of multiples of points by Straus's method: tables of the first 15 multiples, doublings shared by up to
/// <see cref="ChunkSize"/> points.
/// </summary>
internal ref struct MultiScalarSum<F>(int terms) where F : unmanaged, IField<F>
{
    /// <summary>Points that share doublings: more would save little and make the tables leave the cache.</summary>
    private const int ChunkSize = 64;
    private const int TableSize = 16;
    private const int WindowBits = 4;

    private readonly JacobianPoint<F>[] _tables = ArrayPool<JacobianPoint<F>>.Shared.Rent(Math.Min(terms, ChunkSize) * TableSize);
    private readonly UInt256[] _scalars = ArrayPool<UInt256>.Shared.Rent(Math.Min(terms, ChunkSize));
    private JacobianPoint<F> _sum = JacobianPoint<F>.Infinity;
    private int _count;

    internal void Add(in AffinePoint<F> point, in UInt256 scalar)
    {
        if (point.IsInfinity || scalar.IsZero) return;
        Span<JacobianPoint<F>> table = _tables.AsSpan(_count * TableSize, TableSize);
        table[0] = JacobianPoint<F>.Infinity;
        for (int i = 1; i < TableSize; i++) table[i] = table[i - 1] + point;
        _scalars[_count++] = scalar;
        if (_count == ChunkSize) SumChunk();
    }

    internal JacobianPoint<F> Finish()
    {
        SumChunk();
        return _sum;
    }

    public readonly void Dispose()
    {
        ArrayPool<JacobianPoint<F>>.Shared.Return(_tables);
        ArrayPool<UInt256>.Shared.Return(_scalars);
    }

    private void SumChunk()
    {
        int bits = 0;
        for (int i = 0; i < _count; i++) bits = Math.Max(bits, _scalars[i].BitLength);
        JacobianPoint<F> sum = JacobianPoint<F>.Infinity;
        for (int window = ((bits + WindowBits - 1) / WindowBits) - 1; window >= 0; window--)
        {
            if (!sum.IsInfinity) sum = sum.Double().Double().Double().Double();
            for (int i = 0; i < _count; i++)
            {
                int digit = (int)(_scalars[i] >> (WindowBits * window)).U0 & (TableSize - 1);
                if (digit != 0) sum += _tables[(i * TableSize) + digit];
            }
        }
        _sum += sum;
        _count = 0;
    }
}
