namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>Arithmetic on four numbers at once; results may stand in the place of operands.</summary>
internal interface ILaneField<E> where E : unmanaged, ILaneField<E>
{
    /// <summary>Of sums of at most two tight numbers each; the product is tight.</summary>
    static abstract void Multiply(in E a, in E b, out E product);

    /// <summary>Of a sum of at most two tight numbers; the square is tight.</summary>
    static abstract void Square(in E a, out E square);

    static abstract void Add(in E a, in E b, out E sum);

    static abstract void Subtract(in E a, in E b, out E difference);

    /// <summary>Makes a combination of tight numbers tight, whose factors add up to 100 at most.</summary>
    static abstract void Reduce(ref E number);
}
