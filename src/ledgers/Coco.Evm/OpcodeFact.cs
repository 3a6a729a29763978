namespace Coco.Evm;

/// <summary>What is fixed about an instruction: its name, constant gas, and words taken from and put on the stack.</summary>
public readonly record struct OpcodeFact(string Name, int Gas, int StackIn, int StackOut)
{
    public bool IsDefined => Name is not null;
}

/// <summary>An <see cref="OpcodeFact"/> in the form that the interpreter checks before every instruction.</summary>
/// <param name="Gas">Taken before the instruction runs.</param>
/// <param name="Least">Least height of the stack in bytes; more than the stack can have if the instruction does not exist.</param>
/// <param name="Room">By how many bytes the height may be above <paramref name="Least"/>.</param>
internal readonly record struct OpcodeCheck(int Gas, ushort Least, ushort Room)
{
    public static OpcodeCheck Of(in OpcodeFact fact)
    {
        if (!fact.IsDefined) return new OpcodeCheck(0, ushort.MaxValue, 0);
        int most = Math.Min(Limits.StackWords, Limits.StackWords - fact.StackOut + fact.StackIn);
        return new OpcodeCheck(fact.Gas, (ushort)(fact.StackIn * UInt256.Size), (ushort)((most - fact.StackIn) * UInt256.Size));
    }
}
