namespace Coco.Core.Tests;

internal static class Allocations
{
    private const int Rounds = 10;

    /// <summary>
    /// What the work takes of the managed heap, on this thread. A collection that another test brings about counts what is left of this
    /// thread's buffer, up to 8 KiB, as used; of several rounds the one with the least had none.
    /// </summary>
    public static long LeastOf(Action work)
    {
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
