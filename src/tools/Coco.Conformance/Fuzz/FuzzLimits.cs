namespace Coco.Conformance.Fuzz;

/// <summary>Every bound of a fuzz run, with its reason.</summary>
internal static class FuzzLimits
{
    /// <summary>Gas of a transaction: enough for deep call trees, small enough for thousands of programs a second.</summary>
    public const int MostGas = 1_500_000;

    /// <summary>Bytes of one generated program; EIP-170 allows 24,576.</summary>
    public const int ProgramBytes = 6_000;

    /// <summary>Blocks inside blocks and programs inside programs.</summary>
    public const int Nesting = 3;

    /// <summary>
    /// One transaction may allocate so much on a warm machine: the frames of a call tree keep their memory, so that only new
    /// depths, larger memories and new codes allocate. 1.5 million gas buy about 0.9 MB of memory, and 1,024 frames have stacks
    /// of 32 KiB that stay.
    /// </summary>
    public const long AllocatedBytes = 96L << 20;

    /// <summary>A program that takes more processor time hangs: 1.5 million gas are some milliseconds. The clock says nothing on a busy machine.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    /// <summary>One that does not even use the processor waits for something that never comes.</summary>
    public static readonly TimeSpan Standstill = TimeSpan.FromMinutes(10);

    /// <summary>A report that is longer helps nobody.</summary>
    public const int Problems = 100;
}
