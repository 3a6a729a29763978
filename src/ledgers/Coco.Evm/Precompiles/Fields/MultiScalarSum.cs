using System.Buffers;

namespace Coco.Evm.Precompiles.Fields;

/// <summary>
/// A sum of multiples of points by Straus's method: doublings shared by up to <see cref="ChunkSize"/> terms, of which each has a
/// table of its odd multiples and digits in non-adjacent form of five bits (Hankerson, Menezes, Vanstone 2004, algorithm 3.36).
/// </summary>
internal ref struct MultiScalarSum<F>(int terms) where F : unmanaged, IField<F>
{
    /// <summary>Points that share doublings: more would save little and make the tables leave the cache.</summary>
    private const int ChunkSize = 64;

    /// <summary>Terms that may follow on a point as its images.</summary>
    private const int MaxImages = 3;

    private const int WindowBits = 5;
    private const int TableSize = 1 << (WindowBits - 2);

    /// <summary>A number of 255 bits has one digit more.</summary>
    private const int MaxDigits = 256;

    private readonly JacobianPoint<F>[] _tables = ArrayPool<JacobianPoint<F>>.Shared.Rent(Math.Min(terms, ChunkSize) * TableSize);
    private readonly sbyte[] _digits = ArrayPool<sbyte>.Shared.Rent(Math.Min(terms, ChunkSize) * MaxDigits);
    private JacobianPoint<F> _sum = JacobianPoint<F>.Infinity;
    private int _count, _length;

    /// <summary>Adds a multiple; the scalar has at most 255 bits.</summary>
    internal void Add(in AffinePoint<F> point, in UInt256 scalar, bool isNegative = false)
    {
        if (_count + 1 + MaxImages > ChunkSize) SumChunk();
        Span<JacobianPoint<F>> table = Table(_count);
        table[0] = new JacobianPoint<F>(point);
        JacobianPoint<F> twice = table[0].Double();
        for (int i = 1; i < TableSize; i++) table[i] = table[i - 1] + twice;
        AddDigits(scalar, isNegative);
    }

    /// <summary>Adds a multiple of the image of the point of the term before.</summary>
    internal void AddImage<T>(in UInt256 scalar, bool isNegative = false) where T : IEndomorphism<F>
    {
        Span<JacobianPoint<F>> before = Table(_count - 1), table = Table(_count);
        for (int i = 0; i < TableSize; i++) table[i] = T.Map(before[i]);
        AddDigits(scalar, isNegative);
    }

    internal JacobianPoint<F> Finish()
    {
        SumChunk();
        return _sum;
    }

    public readonly void Dispose()
    {
        ArrayPool<JacobianPoint<F>>.Shared.Return(_tables);
        ArrayPool<sbyte>.Shared.Return(_digits);
    }

    private readonly Span<JacobianPoint<F>> Table(int term) => _tables.AsSpan(term * TableSize, TableSize);

    private void AddDigits(in UInt256 scalar, bool isNegative)
    {
        Span<sbyte> digits = _digits.AsSpan(_count++ * MaxDigits, MaxDigits);
        digits.Clear();
        int length = NonAdjacentForm.Write(scalar, WindowBits, digits);
        if (isNegative)
        {
            foreach (ref sbyte digit in digits[..length]) digit = (sbyte)-digit;
        }
        _length = Math.Max(_length, length);
    }

    private void SumChunk()
    {
        JacobianPoint<F> sum = JacobianPoint<F>.Infinity;
        for (int place = _length - 1; place >= 0; place--)
        {
            if (!sum.IsInfinity) sum = sum.Double();
            for (int term = 0; term < _count; term++)
            {
                int digit = _digits[(term * MaxDigits) + place];
                if (digit > 0) sum += _tables[(term * TableSize) + (digit >> 1)];
                else if (digit < 0) sum += -_tables[(term * TableSize) + (-digit >> 1)];
            }
        }
        _sum += sum;
        (_count, _length) = (0, 0);
    }
}
