using Coco.Manager.Peers;

namespace Coco.Enclave.Tests.Manager;

public sealed class PendingHandshakesTests
{
    [Fact]
    public async Task The_oldest_gives_way_where_there_are_too_many()
    {
        var pending = new PendingHandshakes(2);
        using CancellationTokenSource first = new(), second = new(), third = new(), fourth = new();
        var ended = new TaskCompletionSource();
        await using CancellationTokenRegistration watch = first.Token.Register(ended.SetResult);
        pending.Enter(first);
        pending.Enter(second);
        Assert.False(first.IsCancellationRequested);
        pending.Enter(third);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, pending.Count);
        pending.Leave(first); // when its own end comes
        pending.Leave(second);
        pending.Enter(fourth);
        Assert.Equal(2, pending.Count);
        Assert.False(second.IsCancellationRequested || third.IsCancellationRequested || fourth.IsCancellationRequested);
    }
}
