namespace Coco.Ledgers;

/// <summary>
/// Where a protocol computes what many transactions in one message cost before they are submitted: behind all else that the node does, in the
/// order of coming. Whoever has much to do comes with one piece of a millisecond after the other, so that all take turns. Any thread.
/// </summary>
public interface IComputations
{
    /// <summary>Pieces that wait.</summary>
    int Waiting { get; }

    /// <summary>Computes when the turn has come. A computation reads memory and does no more: it starts and ends no task.</summary>
    Task<T> RunAsync<T>(Func<T> computation);
}

/// <summary>At once, on the calling thread.</summary>
public sealed class ComputedAtOnce : IComputations
{
    public static ComputedAtOnce Instance { get; } = new();

    public int Waiting => 0;

    public Task<T> RunAsync<T>(Func<T> computation) => Task.FromResult(computation());
}
