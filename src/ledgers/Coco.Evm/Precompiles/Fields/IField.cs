namespace Coco.Evm.Precompiles.Fields;

/// <summary>The arithmetic that curves and towers are written over, once for all fields.</summary>
internal interface IField<T> where T : unmanaged, IField<T>
{
    static abstract T Zero { get; }
    static abstract T One { get; }

    bool IsZero { get; }

    static abstract T operator +(in T a, in T b);
    static abstract T operator -(in T a, in T b);
    static abstract T operator -(in T a);
    static abstract T operator *(in T a, in T b);
    static abstract bool operator ==(in T a, in T b);
    static abstract bool operator !=(in T a, in T b);

    T Double();
    T Square();

    /// <summary>Zero for zero.</summary>
    T Invert();
}
