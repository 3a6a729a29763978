using Coco.Boundary;

namespace Coco.Enclave.Tests.Boundary;

public sealed class OutboxTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_many_threads_send_is_written_once_by_one_at_a_time_and_in_the_order_of_each()
    {
        const int Senders = 4, Each = 20_000;
        int[] next = new int[Senders];
        int writing = 0, written = 0;
        bool isRight = true;
        var all = new TaskCompletionSource();
        Outbox<(int Sender, int Number)> outbox = null!;
        outbox = new(int.MaxValue, async () =>
        {
            isRight &= Interlocked.Increment(ref writing) == 1;
            while (outbox.TryTake(out (int Sender, int Number) message))
            {
                isRight &= next[message.Sender]++ == message.Number;
                if (++written % 7 == 0) await Task.Yield(); // as a stream that does not take it at once
            }
            Interlocked.Decrement(ref writing);
            if (written == Senders * Each) all.TrySetResult();
        });
        Thread[] senders = [.. Enumerable.Range(0, Senders).Select(sender => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                outbox.TryPost((sender, i));
                outbox.Flush();
            }
        }))];
        foreach (Thread sender in senders) sender.Start();
        await all.Task.WaitAsync(Deadline);
        Assert.True(isRight);
        Assert.All(next, count => Assert.Equal(Each, count));
        outbox.Close();
        await outbox.Ended.WaitAsync(Deadline);
    }

    [Fact]
    public void A_short_message_is_written_by_the_thread_that_sends_it()
    {
        int writer = 0;
        Outbox<int> outbox = null!;
        outbox = new(1, () =>
        {
            writer = Environment.CurrentManagedThreadId;
            outbox.TryTake(out _);
            return ValueTask.CompletedTask;
        });
        outbox.TryPost(1);
        Assert.Equal(0, writer);
        outbox.Flush();
        Assert.Equal(Environment.CurrentManagedThreadId, writer);
    }

    [Fact]
    public void More_than_may_wait_is_refused_until_some_are_written()
    {
        Outbox<int> outbox = null!;
        outbox = new(2, () =>
        {
            while (outbox.TryTake(out _)) { }
            return ValueTask.CompletedTask;
        });
        Assert.True(outbox.TryPost(1));
        Assert.True(outbox.TryPost(2));
        Assert.False(outbox.TryPost(3));
        outbox.Flush();
        Assert.True(outbox.TryPost(4));
    }

    [Fact]
    public async Task A_write_that_fails_ends_it_and_nothing_is_written_afterwards()
    {
        int writes = 0;
        var outbox = new Outbox<int>(2, () => ++writes > 0 ? throw new IOException("broken") : ValueTask.CompletedTask);
        outbox.TryPost(1);
        outbox.Flush();
        await Assert.ThrowsAsync<IOException>(() => outbox.Ended.WaitAsync(Deadline));
        outbox.Flush();
        outbox.Close();
        Assert.Equal(1, writes);
    }

    [Fact]
    public async Task Closed_in_the_middle_of_a_write_it_ends_when_that_is_over()
    {
        var write = new TaskCompletionSource();
        Outbox<int> outbox = null!;
        outbox = new(2, async () =>
        {
            outbox.TryTake(out _);
            await write.Task;
        });
        outbox.TryPost(1);
        outbox.Flush();
        outbox.Close();
        Assert.False(outbox.Ended.IsCompleted);
        write.SetResult();
        await outbox.Ended.WaitAsync(Deadline);
    }
}
